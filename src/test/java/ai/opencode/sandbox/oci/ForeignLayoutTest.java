package ai.opencode.sandbox.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A layout that another program can write to: nothing outside of it is read, written or removed.
 */
class ForeignLayoutTest {

  private static final String SECRET = "-----BEGIN PRIVATE KEY-----";

  @TempDir Path folder;
  private BlobStore store;
  private Path root;
  private OciLayout layout;
  private Descriptor image;
  private Path victim;

  @BeforeEach
  void makeLayout() throws IOException {
    store =
        new BlobStore(
            folder.resolve("store"), Access.OWNER, new HashRecords(folder.resolve("hashed/own")));
    root = folder.resolve("images");
    layout = new OciLayout(root, new HashRecords(folder.resolve("hashed")));
    image = AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").withFile("b", "2").in(store);
    layout.put(store, Map.of("tools", image));
    victim = Files.createDirectories(folder.resolve("victim"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"blobs", "blobs/sha256", "tmp"})
  void refusesALinkWhereALayoutHasADirectory(String name) throws IOException {
    Path moved = victim.resolve("moved");
    if (Files.exists(root.resolve(name))) {
      Files.move(root.resolve(name), moved);
    } else {
      Files.createDirectories(moved);
    }
    Files.createSymbolicLink(root.resolve(name), moved);
    Path hex = Files.writeString(moved.resolve(Digest.sha256("theirs").hex()), "theirs");
    Path part = Files.writeString(moved.resolve("old.part"), "theirs");
    Files.setLastModifiedTime(part, java.nio.file.attribute.FileTime.fromMillis(0));
    List<Path> before = files(moved);
    Descriptor other = AnImage.on(Platform.LINUX_AMD64).withFile("c", "3").in(store);

    assertThatThrownBy(() -> layout.put(store, Map.of("tools", other)))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining(root.resolve(name) + " is a link");

    assertThat(hex).hasContent("theirs");
    assertThat(files(moved)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"index.json.part", "oci-layout.part", ".index.json.part", "oci-layout"})
  void writesNothingThroughALink(String name) throws IOException {
    Path secret = Files.writeString(victim.resolve("bashrc"), SECRET);
    Files.deleteIfExists(root.resolve(name));
    Files.createSymbolicLink(root.resolve(name), secret);

    layout.put(store, Map.of("more", image));

    assertThat(secret).hasContent(SECRET);
    assertThat(Files.isSymbolicLink(root.resolve("index.json"))).isFalse();
    assertThat(Files.isSymbolicLink(root.resolve("oci-layout"))).isFalse();
    assertThat(layout.find("more")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"index.json", ".lock"})
  void refusesALinkOrAPipeInTheLayoutsPlace(String name) throws Exception {
    Path secret = Files.writeString(victim.resolve("key"), SECRET);
    for (String kind : List.of("link", "pipe")) {
      Files.deleteIfExists(root.resolve(name));
      if (kind.equals("link")) {
        Files.createSymbolicLink(root.resolve(name), secret);
      } else {
        pipe(root.resolve(name));
      }
      soon(
          () ->
              assertThatThrownBy(() -> layout.put(store, Map.of("more", image)))
                  .isInstanceOf(VerificationException.class)
                  .hasMessageContaining(name + " is a " + kind));
    }
    assertThat(secret).hasContent(SECRET);
  }

  @Test
  void replacesABlobThatIsALink() throws IOException {
    Digest layer = layer();
    Path secret = Files.writeString(victim.resolve("key"), SECRET);
    Files.delete(layout.blobs().path(layer));
    Files.createSymbolicLink(layout.blobs().path(layer), secret);

    assertThat(layout.blobs().contains(layer)).isFalse();
    assertThatThrownBy(() -> layout.blobs().open(layer))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("is a link");
    assertThatThrownBy(() -> layout.blobs().size(layer)).isInstanceOf(VerificationException.class);

    layout.put(store, Map.of("tools", image));
    assertThat(Files.isRegularFile(layout.blobs().path(layer), LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(secret).hasContent(SECRET);
    layout.blobs().verify(layer);
  }

  @Test
  void readsNeitherPipeNorDevice() throws Exception {
    Digest layer = layer();
    Files.delete(layout.blobs().path(layer));
    pipe(layout.blobs().path(layer));
    soon(
        () ->
            assertThatThrownBy(() -> layout.blobs().open(layer))
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("is a pipe or a device"));
    soon(
        () ->
            assertThatThrownBy(() -> RegularFile.open(Path.of("/dev/zero")))
                .isInstanceOf(VerificationException.class));

    soon(() -> layout.put(store, Map.of("tools", image)));
    layout.blobs().verify(layer);
  }

  @Test
  void writesNotIntoAFileThatHasAnotherName() throws IOException {
    Digest layer = layer();
    Path theirs = Files.writeString(victim.resolve("file"), SECRET);
    for (String name : List.of("index.json", "oci-layout", "blobs/sha256/" + layer.hex())) {
      byte[] content = Files.readAllBytes(root.resolve(name));
      Files.write(theirs, content);
      Files.delete(root.resolve(name));
      Files.createLink(root.resolve(name), theirs);

      layout.put(store, Map.of("tools", image));

      assertThat(theirs).hasBinaryContent(content);
      assertThat(FileStamp.isShared(root.resolve(name))).as(name).isFalse();
      Files.writeString(theirs, "changed");
      assertThat(root.resolve(name)).hasBinaryContent(content);
    }
  }

  @Test
  void readsAtMostADocumentsSize() throws IOException {
    try (var file = new java.io.RandomAccessFile(root.resolve("index.json").toFile(), "rw")) {
      file.setLength(1L << 40);
    }
    soon(
        () ->
            assertThatThrownBy(() -> layout.index())
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("more than"));
  }

  @Test
  void repairsChangedBlobsOfTheLayoutEvenAtOnce() throws IOException {
    for (int i = 0; i < 20; i++) {
      Path file = layout.blobs().path(layer());
      byte[] right = Files.readAllBytes(file);
      byte[] wrong = right.clone();
      wrong[wrong.length / 2] ^= 1;
      Files.write(file, wrong);

      layout.put(store, Map.of("tools", image));

      assertThat(file).hasBinaryContent(right);
    }
  }

  @Test
  void readsNothingAgainThatIsUnchanged() throws IOException {
    HashRecords records = new HashRecords(folder.resolve("hashed")).about(root);
    for (Digest digest : layout.blobs().list()) {
      FileStamp stamp = FileStamp.of(layout.blobs().path(digest)).orElseThrow();
      assertThat(records.holds(digest, stamp)).isTrue();
    }
    // A corrupt blob that is not read is not detected.
    for (Digest digest : layout.blobs().list()) {
      Path file = layout.blobs().path(digest);
      byte[] right = Files.readAllBytes(file);
      if (!digest.equals(image.digest())) {
        Files.write(file, new byte[right.length]);
        records.keep(digest, FileStamp.of(file).orElseThrow());
        layout.put(store, Map.of("tools", image));
        assertThat(file).hasBinaryContent(new byte[right.length]);
        Files.write(file, right);
      }
    }
  }

  @Test
  void aDamagedRecordCostsReadingAgainAndNoMore() throws IOException {
    HashRecords records = new HashRecords(folder.resolve("hashed")).about(root);
    for (byte[] content : List.of(new byte[0], new byte[] {(byte) 0xff, 0}, new byte[1 << 20])) {
      for (Path record : files(folder.resolve("hashed"))) {
        Files.write(record, content);
      }
      layout.put(store, Map.of("tools", image));
      Path file = layout.blobs().path(layer());
      assertThat(records.holds(layer(), FileStamp.of(file).orElseThrow())).isTrue();
    }
  }

  @Test
  void noFileIsSharedBetweenStoreAndLayout() throws IOException {
    for (Digest digest : layout.blobs().list()) {
      Path here = layout.blobs().path(digest);
      assertThat(FileStamp.isShared(here)).isFalse();
      assertThat(Files.isSameFile(here, store.path(digest))).isFalse();
    }
  }

  @Test
  void copiesBlobsThatAnEarlierVersionLinked() throws IOException {
    for (Digest digest : layout.blobs().list()) {
      Files.delete(layout.blobs().path(digest));
      Files.createLink(layout.blobs().path(digest), store.path(digest));
    }

    layout.put(store, Map.of("tools", image));

    noFileIsSharedBetweenStoreAndLayout();
    Digest layer = layer();
    Files.createLink(folder.resolve("elsewhere"), store.path(layer));
    store.verify(layer);
    assertThat(FileStamp.isShared(store.path(layer))).isFalse();
  }

  private Digest layer() throws IOException {
    return Manifest.parse(store.read(image.digest()), "image").layers().get(0).digest();
  }

  private static void pipe(Path path) throws Exception {
    assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
  }

  private static void soon(Executable work) {
    assertTimeoutPreemptively(Duration.ofSeconds(20), work);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
