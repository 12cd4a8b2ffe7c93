package ai.opencode.sandbox.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A package in the cache's records, with every kind of entry. */
class PackageRecordTest {

  private static final Digest KEY = Digest.sha256("key");
  private static final Attributes ATTRIBUTES =
      new Attributes(
          new Access(04751, 1L << 40, 7), "user", "group", -5, Map.of("a", "b", "c", "ä"));
  private static final Checksum SHA1 = AFetchedPackage.sha1(new byte[] {1});

  @TempDir private Path folder;
  private Cache cache;
  private PackageFile apk;
  private Checksum checksum;

  @BeforeEach
  void fetchIt() throws IOException {
    cache = new Cache(folder.resolve("cache"));
    apk =
        AFetchedPackage.of(
                AnApk.named("tool")
                    .withFile("usr/bin/tool", 0755, "tool")
                    .signed(ASigningKey.fixed("packager.rsa.pub")))
            .file();
    checksum = Checksum.ofControlSegment(apk.head().control().compressed());
  }

  static List<ListedEntry> entries() {
    return List.of(
        new ListedEntry(new TarEntry.File("a", ATTRIBUTES, 1L << 33), SHA1),
        new ListedEntry(new TarEntry.SymbolicLink("b", ATTRIBUTES, "target"), SHA1),
        new ListedEntry(new TarEntry.HardLink("c", ATTRIBUTES, "target"), null),
        new ListedEntry(new TarEntry.Device("d", ATTRIBUTES, true, 8, 1), null),
        new ListedEntry(new TarEntry.Device("e", ATTRIBUTES, false, 1, 3), null),
        new ListedEntry(new TarEntry.Directory("f", ATTRIBUTES), null),
        new ListedEntry(new TarEntry.Fifo("g", ATTRIBUTES), null));
  }

  @ParameterizedTest
  @MethodSource("entries")
  void keeps(ListedEntry entry) throws IOException {
    assertThat(readBack(with(true, entry)).entries()).containsExactly(entry);
  }

  @Test
  void keepsAllElse() throws IOException {
    PackageFile read = readBack(apk);

    assertThat(read.head().bytes()).isEqualTo(apk.head().bytes());
    assertThat(read.head().signature()).isNotEmpty();
    assertThat(read.head().control().compressed()).isEqualTo(apk.head().control().compressed());
    assertThat(read.data()).isEqualTo(apk.data());
    assertThat(read.diffId()).isEqualTo(apk.diffId());
    assertThat(read.unpackedBytes()).isEqualTo(apk.unpackedBytes());
    assertThat(read.endOfArchive()).isTrue();
    assertThat(read.entries()).isEqualTo(apk.entries());
    assertThat(readBack(with(false)).endOfArchive()).isFalse();
  }

  @Test
  void ofAHeadIsAbsentForAnotherControlSegment() throws IOException {
    heads(checksum).keep(KEY, apk.head());

    assertThat(heads(AFetchedPackage.sha1(new byte[0])).find(KEY)).isEmpty();
    PackageHead read = heads(checksum).find(KEY).orElseThrow();
    assertThat(read.bytes()).isEqualTo(apk.head().bytes());
    assertThat(read.signature()).isEqualTo(apk.head().signature());
  }

  @Test
  void isAbsentWithAnEntryOfUnknownType() throws IOException {
    Records<PackageFile> records = records();
    Records.Codec<PackageFile> socket =
        new Records.Codec<>() {
          @Override
          public void write(PackageFile value, RecordWriter out) {
            out.digest(KEY).number(1).digest(KEY).number(1).flag(true);
            out.list(List.of("socket"), (type, to) -> to.text(type).text("a"));
          }

          @Override
          public PackageFile read(RecordReader in) {
            throw new AssertionError("not read");
          }
        };
    new Records<>(cache, "packages", PackageRecord.FORMAT, socket).keep(KEY, apk);

    assertThat(records.find(KEY)).isEmpty();
  }

  @Test
  void aPackageStaysAsItWasFetched() {
    List<ListedEntry> entries = new ArrayList<>(entries());
    PackageFile fetched = new PackageFile(apk.head(), apk.data(), KEY, 1, true, entries);
    entries.clear();

    assertThat(fetched.entries()).hasSize(7);
  }

  @Test
  void aPackageHasTheArchitectureOfItsRepository() {
    PackageLocation place =
        new PackageLocation(
            "tool",
            ApkVersion.of("1.0-r0"),
            new RepositoryLocation("/main"),
            "aarch64",
            apk.head().bytes().length + apk.data().size(),
            checksum);
    ApkPackage declared = AnApk.named("tool").toPackage();

    ApkPackage offered = apk.offeredAt(place).pkg();

    assertThat(declared.toRecord()).contains("A:noarch\n");
    assertThat(offered.architecture()).isEqualTo("aarch64");
    assertThat(offered.checksum()).isEqualTo(checksum);
    assertThat(offered.size()).isEqualTo(place.size());
    assertThat(offered.label()).isEqualTo("tool-1.0-r0");
  }

  private PackageFile with(boolean endOfArchive, ListedEntry... entries) {
    return new PackageFile(
        apk.head(), apk.data(), apk.diffId(), apk.unpackedBytes(), endOfArchive, List.of(entries));
  }

  private PackageFile readBack(PackageFile value) throws IOException {
    Records<PackageFile> records = records();
    records.keep(KEY, value);
    return records.find(KEY).orElseThrow();
  }

  private Records<PackageFile> records() {
    return new Records<>(cache, "packages", PackageRecord.FORMAT, new PackageRecord(apk.head()));
  }

  private Records<PackageHead> heads(Checksum checksum) {
    return new Records<>(
        cache, "heads", HeadRecord.FORMAT, new HeadRecord(checksum, "tool-1.0-r0.apk"));
  }
}
