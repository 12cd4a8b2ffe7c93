package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.apk.SignedIndex;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.Download;
import ai.opencode.sandbox.fetch.PackageFetcher;
import ai.opencode.sandbox.npm.ATarballSource;
import ai.opencode.sandbox.npm.NpmLock;
import ai.opencode.sandbox.npm.NpmPlatform;
import ai.opencode.sandbox.npm.NpmTree;
import ai.opencode.sandbox.oci.BaseLayer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.rootfs.BaseLayerScan;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hostile archives in each input that has one. They are refused in bounded time, with the file and
 * the offset in the message, and no part of them is stored.
 */
class HostileArchivesTest {

  private static final Attributes SOME = Attributes.of(0644);
  private static final Duration SHORT = Duration.ofSeconds(20);

  @TempDir private Path directory;

  /** Entries that every input refuses, below a directory that depends on the input. */
  private static Stream<Arguments> entries() {
    return Stream.of(
        Arguments.of("a way up", List.of(file("%s/../../etc/passwd"))),
        Arguments.of("an absolute name", List.of(file("/etc/passwd"))),
        Arguments.of("a line feed", List.of(file("%s/a\nb"))),
        Arguments.of("an escape sequence", List.of(file("%s/a\u001b[2J"))),
        Arguments.of("an empty part", List.of(file("%s//a"))),
        Arguments.of("a long name", List.of(file("%s/" + "a/".repeat(60) + "b".repeat(5_000)))),
        Arguments.of("a deep name", List.of(file("%s/" + "a/".repeat(200) + "b"))),
        Arguments.of("a hard link to nowhere", List.of(hardLink("%s/a", "%s/none"))),
        Arguments.of("a hard link up", List.of(hardLink("%s/a", "../../etc/passwd"))),
        Arguments.of("a link without a target", List.of(link("%s/a", ""))),
        Arguments.of("a link with a line feed", List.of(link("%s/a", "x\ny"))),
        Arguments.of("a PAX name that leads up", List.of(pax("path", "../../etc/passwd"))),
        Arguments.of("a PAX size that is not a number", List.of(pax("size", "many"))),
        Arguments.of("a PAX size below zero", List.of(pax("size", "-1"))),
        Arguments.of("a PAX size beyond the archive", List.of(pax("size", "123456"))),
        Arguments.of("a PAX size beyond all bounds", List.of(pax("size", "999999999999"))),
        Arguments.of("a PAX owner that is not a number", List.of(pax("uid", "root"))),
        Arguments.of("another name for a sparse file", List.of(pax("GNU.sparse.name", "usr/b"))),
        Arguments.of("a map of a sparse file", List.of(pax("GNU.sparse.map", "0,1"))),
        Arguments.of("another size of a sparse file", List.of(pax("GNU.sparse.realsize", "9"))),
        Arguments.of("a directory of a backup", List.of(pax("GNU.dumpdir", "Yb"))),
        Arguments.of("a part of a volume", List.of(pax("GNU.volume.filename", "usr/b"))),
        Arguments.of("Solaris' holes", List.of(pax("SUN.holesdata", "0 1"))),
        Arguments.of("Schily's size", List.of(pax("SCHILY.realsize", "9"))),
        Arguments.of(
            "a device that hides", List.of(new TarEntry.Device("%s/a", SOME, false, 0, 0))));
  }

  /** Entries that a base image may have and a package may not. */
  private static Stream<Arguments> packageEntries() {
    return Stream.concat(
        entries(),
        Stream.of(
            Arguments.of("a device", List.of(new TarEntry.Device("%s/sda", SOME, true, 8, 0))),
            Arguments.of("a file twice", List.of(file("%s/a"), file("%s/a"))),
            Arguments.of("a file over a directory", List.of(file("%s/a/b"), file("%s/a"))),
            Arguments.of("a file in a file", List.of(file("%s/a"), file("%s/a/b"))),
            Arguments.of("a file below a link", List.of(link("%s/a", "/etc"), file("%s/a/b"))),
            Arguments.of("a link over a file", List.of(file("%s/a"), link("%s/a", "b"))),
            Arguments.of("a link out of the root", List.of(link("%s/a", "../../../etc/passwd"))),
            Arguments.of("a link up and down", List.of(link("%s/a", "/b/../../etc"))),
            Arguments.of(
                "a directory over a file",
                List.of(file("%s/a"), new TarEntry.Directory("%s/a", SOME)))));
  }

  /** Entries that only an npm tarball may have, because they are not unpacked. */
  private static Stream<Arguments> attributes() {
    return Stream.of(
            "trusted.overlay.opaque",
            "trusted.x",
            "user.overlay.redirect",
            "user.overlay",
            "system.posix_acl_access")
        .map(name -> Arguments.of(name, List.of(pax("SCHILY.xattr." + name, "y"))));
  }

  /** Whole gzip files made from valid content. */
  private static Stream<Arguments> files() {
    byte[] sound = gzip(tar(true, file("usr/a")));
    byte[] tar = tar(true, file("usr/a"));
    byte[] other = tar.clone();
    other[other.length - 1] = 1;
    byte[] badCrc = sound.clone();
    badCrc[badCrc.length - 8] ^= 1;
    byte[] badLength = sound.clone();
    badLength[badLength.length - 1] ^= 1;
    byte[] badMethod = sound.clone();
    badMethod[2] = 7;
    byte[] endlessName = new byte[10_000];
    Arrays.fill(endlessName, (byte) 'a');
    System.arraycopy(sound, 0, endlessName, 0, 10);
    endlessName[3] = 8;
    return Stream.of(
        Arguments.of("no gzip file", "<html>not found</html>".getBytes(StandardCharsets.US_ASCII)),
        Arguments.of("a member without an end", Arrays.copyOf(sound, sound.length - 20)),
        Arguments.of("a member without a trailer", Arrays.copyOf(sound, sound.length - 4)),
        Arguments.of("a member with another CRC", badCrc),
        Arguments.of("a member with another length", badLength),
        Arguments.of("another compression method", badMethod),
        Arguments.of("a header without an end", endlessName),
        Arguments.of("trailing garbage", Arrays.copyOf(sound, sound.length + 3)),
        Arguments.of("content after the archive's end", gzip(other)),
        Arguments.of("half a header", gzip(Arrays.copyOf(tar, 300))),
        Arguments.of("half a file", gzip(Arrays.copyOf(tar(true, file("usr/a")), 513))),
        Arguments.of("a bomb of zeros", gzip(Arrays.copyOf(tar, 64 << 20))),
        Arguments.of("a bomb of headers", gzip(headerBomb())),
        Arguments.of("too many headers for one entry", gzip(manyHeaders())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"packageEntries", "attributes"})
  void aPackageMustNotHold(String what, List<TarEntry> entries) throws IOException {
    List<TarEntry> placed = new ArrayList<>(List.of(new TarEntry.Directory("usr", SOME)));
    placed.addAll(in("usr", entries));
    assertPackageRefused(gzip(tar(true, placed.toArray(TarEntry[]::new))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void aPackagesDataMustNotBe(String what, byte[] data) throws IOException {
    assertPackageRefused(data);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("packageEntries")
  void aTarballMustNotHold(String what, List<TarEntry> entries) {
    assertTarballRefused(gzip(tar(true, in("package", entries).toArray(TarEntry[]::new))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void aTarballMustNotBe(String what, byte[] tarball) {
    assertTarballRefused(tarball);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"entries", "attributes"})
  void aBaseLayerMustNotHold(String what, List<TarEntry> entries) throws IOException {
    assertLayerRefused(gzip(tar(true, in("usr", entries).toArray(TarEntry[]::new))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void aBaseLayerMustNotBe(String what, byte[] layer) throws IOException {
    assertLayerRefused(layer);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void anIndexMustNotBe(String what, byte[] bytes) {
    ASigningKey key = ASmallUpstream.KEY;
    assertTimeoutPreemptively(
        SHORT,
        () ->
            assertThatThrownBy(
                    () ->
                        SignedIndex.read(
                            new ByteArrayInputStream(bytes),
                            "main/APKINDEX.tar.gz",
                            ASigningKey.ring(key)))
                .isInstanceOf(VerificationException.class)
                .hasMessageStartingWith("main/APKINDEX.tar.gz: "));
  }

  private static Stream<Arguments> records() {
    String sound = "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:a\nV:1-r0\nS:1\nI:1\n";
    return Stream.of(
        Arguments.of("a name that leads up", sound.replace("P:a", "P:../../a")),
        Arguments.of("a name like an option", sound.replace("P:a", "P:--force")),
        Arguments.of("a name with an escape sequence", sound.replace("P:a", "P:a\u001b[2J")),
        Arguments.of("no name", sound.replace("P:a\n", "")),
        Arguments.of("a version that leads up", sound.replace("V:1-r0", "V:1/../../a")),
        Arguments.of("a version with a control character", sound.replace("V:1", "V:1\u001b")),
        Arguments.of("a size below zero", sound.replace("S:1", "S:-1")),
        Arguments.of("a size beyond all bounds", sound.replace("S:1", "S:9".repeat(30))),
        Arguments.of("no checksum", sound.replaceFirst("C:.*\n", "")),
        Arguments.of("half a checksum", sound.replaceFirst("C:.*\n", "C:Q1AAAA\n")),
        Arguments.of("a line of another form", sound + "no colon\n"),
        Arguments.of("a line without an end", sound + "D:" + "a ".repeat(3 << 20)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("records")
  void aSignedIndexMustNotSay(String what, String text) {
    ASigningKey key = ASmallUpstream.KEY;
    byte[] index = ARepository.in(directory).signed(key).index(text);
    assertThatThrownBy(
            () ->
                SignedIndex.read(
                    new ByteArrayInputStream(index), "main/APKINDEX.tar.gz", ASigningKey.ring(key)))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("main/APKINDEX.tar.gz");
  }

  private void assertPackageRefused(byte[] data) throws IOException {
    AnApk apk = AnApk.named("nasty").info("datahash", hex("SHA-256", data));
    byte[] control = apk.control();
    Path file = directory.resolve("x86_64").resolve("nasty-1.0-r0.apk");
    Files.createDirectories(directory.resolve("x86_64"));
    byte[] whole = concat(control, data);
    Files.write(file, whole);
    PackageLocation location =
        new PackageLocation(
            "nasty",
            ApkVersion.of("1.0-r0"),
            new RepositoryLocation(directory.toString()),
            "x86_64",
            whole.length,
            Checksum.ofControlSegment(control));
    Cache cache = new Cache(directory.resolve("cache"));
    assertTimeoutPreemptively(
        SHORT,
        () -> {
          try (PackageFetcher fetcher = new PackageFetcher(cache, new Download(false))) {
            assertThatThrownBy(
                    () ->
                        fetcher.fetch(
                            List.of(location),
                            each -> each,
                            (each, fetched) -> fetched,
                            Progress.silent()))
                .isInstanceOf(VerificationException.class)
                .hasMessageStartingWith("nasty-1.0-r0.apk: ")
                .hasMessageMatching("(?s).* at byte [0-9]+.*")
                .message()
                .doesNotContain("\n", "\u001b");
          }
        });
    try (Stream<Path> left = Files.walk(cache.directory())) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }

  private static void assertTarballRefused(byte[] tarball) {
    String integrity = "sha512-" + Base64.getEncoder().encodeToString(digest("SHA-512", tarball));
    String json = "{\"name\":\"p\",\"version\":\"1.0.0\",\"dependencies\":{\"nasty\":\"1.0.0\"}}";
    String lock =
        "{\"name\":\"p\",\"version\":\"1.0.0\",\"lockfileVersion\":3,\"packages\":{\"\":"
            + json
            + ",\"node_modules/nasty\":{\"version\":\"1.0.0\",\"integrity\":\""
            + integrity
            + "\"}}}";
    NpmTree tree =
        NpmTree.global(NpmLock.parse(lock, "package-lock.json"), NpmPlatform.musl("x64"));
    assertTimeoutPreemptively(
        SHORT,
        () ->
            assertThatThrownBy(
                    () ->
                        tree.writeTo(
                            new TarWriter(OutputStream.nullOutputStream()),
                            tree.groups().get(0),
                            new ATarballSource(locked -> new ByteArrayInputStream(tarball))))
                .isInstanceOf(VerificationException.class)
                .hasMessageStartingWith("nasty@1.0.0.tgz: ")
                .hasMessageMatching("(?s).* at byte [0-9]+.*")
                .message()
                .doesNotContain("\n", "\u001b"));
  }

  private void assertLayerRefused(byte[] layer) throws IOException {
    Cache cache = new Cache(directory.resolve("cache"));
    Descriptor blob = cache.blobs().put(MediaType.LAYER_GZIP, layer);
    assertTimeoutPreemptively(
        SHORT,
        () ->
            assertThatThrownBy(
                    () ->
                        BaseLayerScan.of(
                            List.of(new BaseLayer(blob, blob.digest())), cache.blobs()))
                .isInstanceOf(VerificationException.class)
                .hasMessageStartingWith("layer " + Digest.sha256(layer) + ": ")
                .hasMessageMatching("(?s).* at byte [0-9]+.*")
                .message()
                .doesNotContain("\n", "\u001b"));
  }

  private static TarEntry file(String path) {
    return new TarEntry.File(path, SOME, 0);
  }

  private static TarEntry link(String path, String target) {
    return new TarEntry.SymbolicLink(path, SOME, target);
  }

  private static TarEntry hardLink(String path, String target) {
    return new TarEntry.HardLink(path, SOME, target);
  }

  private static TarEntry pax(String key, String value) {
    return new TarEntry.File("%s/a", SOME.withPax(Map.of(key, value)), 0);
  }

  private static List<TarEntry> in(String directory, List<TarEntry> entries) {
    return entries.stream().map(entry -> in(directory, entry)).toList();
  }

  private static TarEntry in(String directory, TarEntry entry) {
    String path = entry.path().replace("%s", directory);
    Attributes attributes = entry.attributes();
    if (entry instanceof TarEntry.File file) {
      return new TarEntry.File(path, attributes, file.size());
    } else if (entry instanceof TarEntry.SymbolicLink link) {
      return new TarEntry.SymbolicLink(path, attributes, link.target());
    } else if (entry instanceof TarEntry.HardLink link) {
      return new TarEntry.HardLink(path, attributes, link.target().replace("%s", directory));
    } else if (entry instanceof TarEntry.Device device) {
      return new TarEntry.Device(path, attributes, device.block(), device.major(), device.minor());
    }
    return new TarEntry.Directory(path, attributes);
  }

  private static byte[] tar(boolean end, TarEntry... entries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarWriter tar = new TarWriter(out)) {
      for (TarEntry entry : entries) {
        tar.write(entry);
      }
      if (end) {
        tar.finish();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Makes an archive with a megabyte of headers for each entry. */
  private static byte[] headerBomb() {
    Attributes talkative = SOME.withPax(Map.of("comment", "a".repeat(1_000_000)));
    TarEntry[] entries = new TarEntry[40];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = new TarEntry.File("package/" + i, talkative, 0);
    }
    return tar(true, entries);
  }

  /** Makes an archive that repeats the extended header of an entry. */
  private static byte[] manyHeaders() {
    byte[] one = tar(false, new TarEntry.File("a", SOME.withPax(Map.of("comment", "b")), 0));
    byte[] header = Arrays.copyOf(one, 1024);
    byte[][] all = new byte[500][];
    Arrays.fill(all, header);
    return concat(all);
  }

  private static byte[] gzip(byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(out)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static String hex(String algorithm, byte[] bytes) {
    return HexFormat.of().formatHex(digest(algorithm, bytes));
  }

  private static byte[] digest(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
