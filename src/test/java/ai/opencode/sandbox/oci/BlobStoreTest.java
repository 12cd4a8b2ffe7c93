package ai.opencode.sandbox.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobStoreTest {

  private static final byte[] HELLO = "hello\n".getBytes(StandardCharsets.UTF_8);
  private static final Digest HELLO_DIGEST =
      Digest.of("sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");

  @TempDir Path root;
  private BlobStore store;

  @BeforeEach
  void open() {
    store = new BlobStore(root);
  }

  @Test
  void keepsContentUnderItsDigest() throws IOException {
    Descriptor stored = store.put("text/plain", HELLO);

    assertThat(stored).isEqualTo(Descriptor.of("text/plain", HELLO_DIGEST, 6));
    assertThat(root.resolve("blobs/sha256/" + HELLO_DIGEST.hex())).hasBinaryContent(HELLO);
    assertThat(store.contains(HELLO_DIGEST)).isTrue();
    assertThat(store.size(HELLO_DIGEST)).isEqualTo(6);
    try (InputStream in = store.open(HELLO_DIGEST)) {
      assertThat(in.readAllBytes()).isEqualTo(HELLO);
    }
  }

  @Test
  void keepsNothingOfAWriterThatBringsOtherContent() throws IOException {
    try (BlobSink sink = store.create()) {
      sink.write("other".getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> sink.commit(HELLO_DIGEST))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining(HELLO_DIGEST.toString());
    }

    assertThat(store.contains(HELLO_DIGEST)).isFalse();
    assertThat(files()).isEmpty();
  }

  @Test
  void aKilledWriterLeavesNothingThatLooksLikeContent() throws IOException {
    BlobSink killed = store.create();
    killed.write(HELLO);

    assertThat(new BlobStore(root).contains(HELLO_DIGEST)).isFalse();
    assertThat(new BlobStore(root).list()).isEmpty();

    store.tidy(Instant.now().minusSeconds(3600));
    assertThat(files()).as("a writer at work keeps its file").hasSize(1);
    store.tidy(Instant.now().plusSeconds(3600));
    assertThat(files()).isEmpty();
    killed.close();
  }

  @Test
  void manyWritersOfOneBlobDoNotDisturbEachOther() throws Exception {
    byte[] content = new byte[300_000];
    Arrays.fill(content, (byte) 7);
    Digest digest = Digest.sha256(content);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<Long>> writers = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        writers.add(
            threads.submit(
                () -> {
                  try (BlobSink sink = store.create()) {
                    sink.write(content);
                    sink.commit(digest);
                    store.tidy(Instant.EPOCH);
                    return sink.size();
                  }
                }));
      }
      for (Future<Long> writer : writers) {
        assertThat(writer.get()).isEqualTo(300_000);
      }
    } finally {
      threads.shutdownNow();
    }
    store.verify(digest);
    assertThat(store.list()).containsExactly(digest);
  }

  @Test
  void refusesToReadChangedFiles() throws IOException {
    store.put("text/plain", HELLO);
    Files.writeString(store.path(HELLO_DIGEST), "tampered");

    assertThatThrownBy(() -> store.read(HELLO_DIGEST))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("is corrupt: its content does not match its digest");
    BlobStore other = new BlobStore(root.resolve("other"));
    assertThatThrownBy(() -> other.importFrom(store, HELLO_DIGEST))
        .isInstanceOf(VerificationException.class);
    assertThat(other.contains(HELLO_DIGEST)).isFalse();
  }

  @Test
  void saysWhichBlobIsMissing() {
    assertThatThrownBy(() -> store.open(HELLO_DIGEST))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining(HELLO_DIGEST + " is missing from");
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }
}
