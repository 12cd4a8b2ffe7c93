package ai.opencode.sandbox.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.KeyFiles;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The records of base images: their file systems and their keys. */
class BaseRecordsTest {

  private static final Digest BASE = Digest.sha256("base");
  private static final Digest OTHER = Digest.sha256("other");

  @TempDir private Path folder;
  private Cache cache;

  @BeforeEach
  void open() {
    cache = new Cache(folder.resolve("cache"));
  }

  private static Root root() {
    Root.Builder root = Root.builder();
    root.put("etc", Node.directory(0755, 0, 0));
    root.put("etc/passwd", Node.file(new Access(0640, 7, 1L << 40), "root".getBytes(UTF_8)));
    root.put("etc/empty", Node.file(Access.ofRoot(0), new byte[0]));
    root.put("bin", Node.link("usr/bin"));
    root.put(
        "usr/big",
        new Node(
            Node.Type.FILE, Access.ofRoot(04755), "", new Checksum("a".repeat(40)), null, null));
    root.put("dev/x", new Node(Node.Type.OTHER, Access.ofRoot(0600), "", null, null, null));
    return root.build();
  }

  @Test
  void aFileSystemIsFoundAsItWasKept() throws IOException {
    new BaseRoots(cache).keep(BASE, root());

    Root found = new BaseRoots(cache).find(BASE).orElseThrow();

    assertThat(found.nodes().keySet()).isEqualTo(root().nodes().keySet());
    root()
        .nodes()
        .forEach(
            (path, node) ->
                assertThat(found.get(path)).as(path).usingRecursiveComparison().isEqualTo(node));
    assertThat(new BaseRoots(cache).find(OTHER)).isEmpty();
  }

  @Test
  void equalFileSystemsHaveEqualRecords() throws IOException {
    new BaseRoots(cache).keep(BASE, root());
    byte[] first = Files.readAllBytes(file());
    new BaseRoots(cache).keep(BASE, new BaseRoots(cache).find(BASE).orElseThrow());

    assertThat(Files.readAllBytes(file())).isEqualTo(first);
  }

  private Path file() {
    return cache.directory().resolve("roots").resolve(BaseRoots.place(BASE).key().hex());
  }

  @Test
  void keysAreReadOnceForEachBase() throws IOException {
    AtomicInteger readings = new AtomicInteger();
    KeyFiles keys =
        KeyFiles.none().with("b.pub", "B".getBytes(UTF_8)).with("a.pub", "A".getBytes(UTF_8));
    Records.Making<KeyFiles> reading =
        () -> {
          readings.incrementAndGet();
          return keys;
        };

    KeyFiles read = new BaseKeys(cache).of(BASE, reading);
    KeyFiles again = new BaseKeys(new Cache(folder.resolve("cache"))).of(BASE, reading);

    assertThat(readings).hasValue(1);
    assertThat(texts(again)).isEqualTo(texts(read)).isEqualTo(Map.of("a.pub", "A", "b.pub", "B"));
    new BaseKeys(cache).of(OTHER, reading);
    assertThat(readings).hasValue(2);
  }

  @Test
  void aBaseWithoutKeysHasARecordToo() throws IOException {
    new BaseKeys(cache).of(BASE, KeyFiles::none);

    KeyFiles again =
        new BaseKeys(cache)
            .of(
                BASE,
                () -> {
                  throw new AssertionError("is read again");
                });
    assertThat(again.isEmpty()).isTrue();
  }

  private static Map<String, String> texts(KeyFiles keys) {
    Map<String, String> texts = new TreeMap<>();
    keys.forEach((name, pem) -> texts.put(name, new String(pem, UTF_8)));
    return texts;
  }
}
