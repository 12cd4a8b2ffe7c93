package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.Download;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.fetch.PackageFetcher;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The chain of trust from the keys of the base image to the last byte of a file, with an attack on
 * each link.
 */
class TrustTest {

  private static final ASigningKey ALPINE = ASigningKey.named("alpine.rsa.pub");
  private static final ASigningKey STRANGER = ASigningKey.named("stranger.rsa.pub");
  private static final ASigningKey NAMESAKE = ASigningKey.named("alpine.rsa.pub");
  private static final AnApk TOOL = AnApk.named("tool").withFile("usr/bin/tool", 0755, "#!tool");
  private static final String SHA1 = "APK-TOOLS.checksum.SHA1";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "RSA256", "RSA512"})
  void acceptsEveryAlgorithmOfApk(String algorithm) throws IOException {
    assertThat(read(repository().signed(ALPINE.signingAs(algorithm)), ALPINE).packages())
        .hasSize(1);
  }

  @Test
  void oneTrustedSignatureOfSeveralIsEnough() throws IOException {
    assertThat(read(repository().signed(STRANGER).signed(ALPINE), ALPINE).packages()).hasSize(1);
    assertThat(read(repository().signed(ALPINE).signed(STRANGER), ALPINE).packages()).hasSize(1);
    assertThat(read(repository().signed(NAMESAKE).signed(ALPINE), ALPINE).packages()).hasSize(1);
    assertThat(read(repository().signed(ALPINE.signingAs("DSA")).signed(ALPINE), ALPINE).packages())
        .hasSize(1);
  }

  @Test
  void rejectsIndexSignedByUnknownKeys() {
    assertRejected(
        repository().signed(STRANGER).signed(ASigningKey.named("other.rsa.pub")),
        "signed with stranger.rsa.pub, other.rsa.pub",
        "not trusted",
        "trusted keys: alpine.rsa.pub");
  }

  @Test
  void rejectsAnotherKeysSignatureUnderATrustedName() {
    assertRejected(
        repository().signed(NAMESAKE),
        "the signature by alpine.rsa.pub does not match",
        "trusted keys: alpine.rsa.pub");
  }

  @ParameterizedTest
  @ValueSource(strings = {"DSA", "RSA1024", "rsa", ""})
  void rejectsAlgorithmsThatItDoesNotKnow(String algorithm) {
    assertRejected(repository().signed(ALPINE.signingAs(algorithm)), "trusted keys: alpine");
  }

  @Test
  void rejectsIndexWithoutSignature() {
    assertRejected(repository(), "not signed");
  }

  @Test
  void rejectsContentThatAnotherSignatureBelongsTo() {
    byte[] signed = repository().signed(ALPINE).index();
    byte[] unsigned = repository().index();
    byte[] other = repository().with(AnApk.named("more")).index();
    byte[] signature = Arrays.copyOf(signed, signed.length - unsigned.length);

    assertRejected(
        TarSegment.concat(signature, other), "the signature by alpine.rsa.pub does not match");
  }

  @Test
  void rejectsASecondIndexBehindTheSignedOne() {
    byte[] appended =
        TarSegment.concat(
            repository().signed(ALPINE).index(), repository().with(AnApk.named("more")).index());

    assertRejected(appended, "data after the signed index", "byte");
  }

  @Test
  void trustsNoIndexWithoutKeys() {
    assertThatThrownBy(() -> read(repository().signed(ALPINE)))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("trusted keys: none");
  }

  @Test
  void rejectsAPackageWhoseControlSegmentTheIndexDoesNotName() {
    AnApk other = TOOL.info("pkgdesc", "something else");

    assertRejected(other.bytes(), TOOL, "not the package that the index names", "expected Q1");
  }

  @Test
  void rejectsAPackageThatCallsItselfAnother() {
    AnApk named = TOOL.info("pkgname", "openssl");
    AnApk version = TOOL.version("9-r0");

    assertRejected(named.bytes(), named, "names itself openssl-1.0-r0", "names it tool-1.0-r0");
    assertRejected(version.bytes(), version, "names itself tool-9-r0", "names it tool-1.0-r0");
  }

  @Test
  void rejectsAPackageThatHasTwoNames() {
    String name = TOOL.name();
    AnApk named = TOOL.info("pkgname", name, "openssl");
    AnApk twice = TOOL.info("pkgname", name, name);
    AnApk version = TOOL.info("pkgver", "1.0-r0", "9-r0");

    assertRejected(named.bytes(), named, "a second pkgname");
    assertRejected(twice.bytes(), twice, "a second pkgname");
    assertRejected(version.bytes(), version, "a second pkgver");
  }

  @Test
  void aPackagesOwnSignatureReplacesNothing() {
    AnApk other = TOOL.info("pkgdesc", "something else").signed(ALPINE);

    assertRejected(other.bytes(), TOOL.signed(ALPINE), "not the package that the index names");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1234", "zz"})
  void rejectsAPackageWithoutAHashOfItsData(String dataHash) {
    AnApk apk = TOOL.info("datahash", dataHash);

    assertRejected(apk.bytes(), apk, "has no SHA-256 of the data (datahash)");
  }

  @Test
  void rejectsDataWithAnotherHashThanInTheControlSegment() {
    AnApk apk = TOOL.info("datahash", "0".repeat(64));

    assertRejected(apk.bytes(), apk, "the data segment does not match its hash");
  }

  @Test
  void rejectsAFileThatContradictsItsHeader() {
    Attributes lying = Attributes.of(0644).withPax(Map.of(SHA1, "0".repeat(40)));
    AnApk file = TOOL.withEntry(new TarEntry.File("usr/a", lying, 1), (byte) 'a');
    AnApk link = TOOL.withEntry(new TarEntry.SymbolicLink("usr/a", lying, "b"));

    assertRejected(file.bytes(), file, "the content of usr/a does not match its header");
    assertRejected(link.bytes(), link, "the content of usr/a does not match its header");
  }

  @Test
  void acceptsAnUnsignedPackageThatASignedIndexNames() throws IOException {
    assertThat(fetch(TOOL.bytes(), TOOL).pkg().name()).isEqualTo("tool");
  }

  private ARepository repository() {
    return ARepository.in(folder).with(TOOL);
  }

  private static PackageIndex read(ARepository repository, ASigningKey... trusted)
      throws IOException {
    return read(repository.index(), trusted);
  }

  private static PackageIndex read(byte[] index, ASigningKey... trusted) throws IOException {
    return SignedIndex.read(
        new ByteArrayInputStream(index), "main/APKINDEX.tar.gz", ASigningKey.ring(trusted));
  }

  private static void assertRejected(ARepository repository, String... parts) {
    assertRejected(repository.index(), parts);
  }

  private static void assertRejected(byte[] index, String... parts) {
    assertThatThrownBy(() -> read(index, ALPINE))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("main/APKINDEX.tar.gz: ")
        .hasMessageContainingAll(parts);
  }

  private void assertRejected(byte[] served, AnApk named, String... parts) {
    assertThatThrownBy(() -> fetch(served, named))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("tool-1.0-r0.apk: ")
        .hasMessageContainingAll(parts);
  }

  /** Fetches a file that is served under the name of an indexed package. */
  private FetchedPackage fetch(byte[] served, AnApk named) throws IOException {
    Path file = folder.resolve("x86_64").resolve("tool-1.0-r0.apk");
    Files.createDirectories(folder.resolve("x86_64"));
    Files.write(file, served);
    PackageLocation location =
        new PackageLocation(
            "tool",
            ApkVersion.of("1.0-r0"),
            new RepositoryLocation(folder.toString()),
            "x86_64",
            served.length,
            Checksum.ofControlSegment(named.control()));
    try (PackageFetcher fetcher =
        new PackageFetcher(new Cache(folder.resolve("cache")), new Download(false))) {
      return fetcher
          .fetch(List.of(location), each -> each, (each, apk) -> apk, Progress.silent())
          .get(0);
    }
  }
}
