package ai.opencode.sandbox.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.oci.Digest;
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
  private FetchedPackage apk;

  @BeforeEach
  void fetchIt() throws IOException {
    cache = new Cache(folder.resolve("cache"));
    apk =
        AFetchedPackage.of(
            AnApk.named("tool")
                .withFile("usr/bin/tool", 0755, "tool")
                .signed(ASigningKey.fixed("packager.rsa.pub")));
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
    FetchedPackage read = readBack(apk);

    assertThat(read.pkg().toRecord()).isEqualTo(apk.pkg().toRecord());
    assertThat(read.head().bytes()).isEqualTo(apk.head().bytes());
    assertThat(read.head().signature()).isNotEmpty();
    assertThat(read.control().compressed()).isEqualTo(apk.control().compressed());
    assertThat(read.data()).isEqualTo(apk.data());
    assertThat(read.diffId()).isEqualTo(apk.diffId());
    assertThat(read.unpackedBytes()).isEqualTo(apk.unpackedBytes());
    assertThat(read.endOfArchive()).isTrue();
    assertThat(read.entries()).isEqualTo(apk.entries());
    assertThat(readBack(with(false)).endOfArchive()).isFalse();
  }

  @Test
  void isAbsentForAnotherControlSegment() throws IOException {
    records(apk.pkg().checksum()).keep(KEY, apk);

    assertThat(records(AFetchedPackage.sha1(new byte[0])).find(KEY)).isEmpty();
    assertThat(records(apk.pkg().checksum()).find(KEY)).isPresent();
  }

  @Test
  void isAbsentWithAnEntryOfUnknownType() throws IOException {
    Records<FetchedPackage> records = records(apk.pkg().checksum());
    Records.Codec<FetchedPackage> socket =
        new Records.Codec<>() {
          @Override
          public void write(FetchedPackage value, RecordWriter out) {
            out.bytes(value.head().signature());
            out.bytes(value.control().compressed());
            out.digest(KEY).number(1).digest(KEY).number(1).flag(true);
            out.list(List.of("socket"), (type, to) -> to.text(type).text("a"));
          }

          @Override
          public FetchedPackage read(RecordReader in) {
            throw new AssertionError("not read");
          }
        };
    new Records<>(cache, "packages", PackageRecord.FORMAT, socket).keep(KEY, apk);

    assertThat(records.find(KEY)).isEmpty();
  }

  @Test
  void aPackageStaysAsItWasFetched() {
    List<ListedEntry> entries = new ArrayList<>(entries());
    FetchedPackage fetched =
        new FetchedPackage(apk.pkg(), apk.head(), apk.data(), KEY, 1, true, entries);
    entries.clear();

    assertThat(fetched.entries()).hasSize(7);
  }

  @Test
  void aPackageHasTheArchitectureOfItsRepository() {
    FetchedPackage offered = apk.offeredFor("aarch64");

    assertThat(apk.pkg().toRecord()).contains("A:noarch\n");
    assertThat(offered.pkg().toRecord())
        .isEqualTo(apk.pkg().toRecord().replace("A:noarch\n", "A:aarch64\n"));
    assertThat(offered.entries()).isEqualTo(apk.entries());
    assertThat(offered.data()).isEqualTo(apk.data());
  }

  private FetchedPackage with(boolean endOfArchive, ListedEntry... entries) {
    return new FetchedPackage(
        apk.pkg(),
        apk.head(),
        apk.data(),
        apk.diffId(),
        apk.unpackedBytes(),
        endOfArchive,
        List.of(entries));
  }

  private FetchedPackage readBack(FetchedPackage value) throws IOException {
    Records<FetchedPackage> records = records(value.pkg().checksum());
    records.keep(KEY, value);
    return records.find(KEY).orElseThrow();
  }

  private Records<FetchedPackage> records(Checksum checksum) {
    return new Records<>(
        cache,
        "packages",
        PackageRecord.FORMAT,
        new PackageRecord(checksum, sizeOf(apk), "tool-1.0-r0.apk"));
  }

  private static long sizeOf(FetchedPackage apk) {
    return apk.head().bytes().length + apk.data().size();
  }
}
