package ai.opencode.sandbox.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packages that are not the ones at their location, or not ones that apk would unpack. */
class RefusesOtherPackagesTest {

  private static final AnApk TOOL = AnApk.named("tool").withFile("usr/bin/tool", 0755, "tool");
  private static final String CHECKSUM = "APK-TOOLS.checksum.SHA1";

  @TempDir private Path folder;
  private Cache cache;
  private final AMirror mirror = new AMirror();

  @BeforeEach
  void makeCache() {
    cache = new Cache(folder.resolve("cache"));
  }

  @Test
  void anotherControlSegment() {
    PackageLocation location = mirror.with(TOOL);
    byte[] another = TOOL.info("pkgdesc", "another").bytes();
    mirror.replace(location, another);

    refuses(ofSize(location, another.length), "tool-1.0-r0.apk");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tool2-1.0-r0", "tool-2.0-r0"})
  void aPackageWithAnotherName(String label) {
    PackageLocation own = mirror.with(TOOL);
    int dash = label.indexOf('-');
    PackageLocation location =
        new PackageLocation(
            label.substring(0, dash),
            ApkVersion.of(label.substring(dash + 1)),
            own.repository(),
            own.architecture(),
            own.size(),
            own.checksum());
    mirror.replace(location, TOOL.bytes());

    refuses(
        location,
        label
            + ".apk: the package names itself tool-1.0-r0, and the index names it "
            + label
            + ". Use another mirror, or tell its packager.");
  }

  @Test
  void aKeptPackageUnderAnotherName() throws IOException {
    fetch(TOOL);

    aPackageWithAnotherName("tool2-1.0-r0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ab", "zz"})
  void aPackageWithoutHashOfItsData(String hash) {
    refuses(
        mirror.with(TOOL.info("datahash", hash)),
        "tool-1.0-r0.apk: the control segment has no SHA-256 of the data (datahash)");
  }

  @Test
  void otherData() {
    refuses(
        mirror.with(TOOL.info("datahash", "0".repeat(64))),
        "tool-1.0-r0.apk: the data segment does not match its hash in the control segment.");
  }

  @Test
  void aShorterFile() {
    PackageLocation location = mirror.with(TOOL);
    byte[] bytes = TOOL.bytes();
    PackageLocation longer = ofSize(location, bytes.length + 1);

    refuses(
        longer,
        "somewhere/x86_64/tool-1.0-r0.apk ends after %d of %d bytes."
            .formatted(bytes.length, bytes.length + 1));
  }

  @Test
  void aLongerFile() {
    PackageLocation location = mirror.with(TOOL);

    refuses(
        ofSize(location, TOOL.bytes().length - 1),
        "somewhere/x86_64/tool-1.0-r0.apk is longer than the %d bytes that the index names"
            .formatted(TOOL.bytes().length - 1));
  }

  @Test
  void bytesAfterThePackage() {
    PackageLocation location = mirror.with(TOOL);
    byte[] more = Arrays.copyOf(TOOL.bytes(), TOOL.bytes().length + 1);
    mirror.replace(location, more);

    refuses(ofSize(location, more.length), "tool-1.0-r0.apk");
  }

  @Test
  void aPackageThatIsGone() {
    PackageLocation location = mirror.with(TOOL);
    mirror.remove(location);

    assertThatThrownBy(() -> fetch(location))
        .isInstanceOf(LockException.class)
        .hasMessageStartingWith("somewhere/x86_64/tool-1.0-r0.apk is gone")
        .hasMessageContaining("lock --update");
  }

  @Test
  void aFileThatDoesNotMatchItsHeader() {
    refuses(
        mirror.with(AnApk.named("tool").withFile("a", claiming("00".repeat(20)), "content")),
        "tool-1.0-r0.apk: the content of a does not match its header (SHA-1 "
            + sha1("content")
            + ", header "
            + "00".repeat(20)
            + ")");
  }

  @Test
  void aLinkThatDoesNotMatchItsHeader() {
    refuses(
        mirror.with(
            AnApk.named("tool")
                .withEntry(new TarEntry.SymbolicLink("a", claiming(sha1("b")), "c"))),
        "tool-1.0-r0.apk: the content of a does not match its header");
  }

  @Test
  void anEntryThatBreaksTheRules() {
    refuses(mirror.with(TOOL.withLink("usr/a", "../../..")), "tool-1.0-r0.apk: usr/a is a link");
  }

  @Test
  void keepingNothingOfIt() throws IOException {
    PackageLocation location = mirror.with(TOOL.info("datahash", "0".repeat(64)));
    refuses(location, "tool-1.0-r0.apk");

    assertThat(cache.temporary()).isEmptyDirectory();
    refuses(location, "tool-1.0-r0.apk");
    assertThat(mirror.asked()).hasSize(2);
  }

  private Attributes claiming(String sha1) {
    return Attributes.of(0644).withPax(Map.of(CHECKSUM, sha1));
  }

  private void refuses(PackageLocation location, String message) {
    assertThatThrownBy(() -> fetch(location))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void anEntryThatIsNotContentNeedsNoChecksum() throws IOException {
    Attributes claiming = Attributes.of(0755).withPax(Map.of(CHECKSUM, "00"));

    FetchedPackage fetched =
        fetch(
            AnApk.named("tool")
                .withDirectory("a", claiming)
                .withEntry(new TarEntry.File("b", Attributes.of(0644), 1), (byte) 1));

    assertThat(fetched.entries().get(0).sha1()).isNull();
    assertThat(fetched.entries().get(1).sha1()).isEqualTo(AFetchedPackage.sha1(new byte[] {1}));
  }

  private FetchedPackage fetch(AnApk apk) throws IOException {
    return fetch(mirror.with(apk));
  }

  private FetchedPackage fetch(PackageLocation location) throws IOException {
    try (PackageFetcher fetcher = new PackageFetcher(cache, mirror)) {
      return fetcher
          .fetch(List.of(location), each -> each, (each, apk) -> apk, Progress.silent())
          .get(0);
    }
  }

  private static PackageLocation ofSize(PackageLocation location, long size) {
    return new PackageLocation(
        location.name(),
        location.version(),
        location.repository(),
        location.architecture(),
        size,
        location.checksum());
  }

  private static String sha1(String content) {
    return AFetchedPackage.sha1(content.getBytes(StandardCharsets.UTF_8)).hex();
  }
}
