package ai.opencode.sandbox.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.LostBlobException;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blobs that a store counts among its own, and brings when they are read. */
class LentBlobsTest {

  private static final byte[] CONTENT = "lent".getBytes(UTF_8);
  private static final Descriptor BLOB = Descriptor.of("x", Digest.sha256(CONTENT), 4);

  @TempDir private Path folder;
  private final AtomicInteger brought = new AtomicInteger();
  private BlobStore store;

  @BeforeEach
  void open() {
    store = new BlobStore(folder.resolve("store"));
  }

  private void honest(Descriptor blob, BlobStore into) throws IOException {
    brought.incrementAndGet();
    into.put(blob.mediaType(), CONTENT);
  }

  @Test
  void countsABlobThatIsElsewhere() throws IOException {
    assertThat(store.hasLoans()).isFalse();
    store.lend(BLOB, this::honest);

    assertThat(store.hasLoans()).isTrue();
    assertThat(store.contains(BLOB.digest())).isTrue();
    assertThat(store.isHere(BLOB.digest())).isFalse();
    assertThat(store.size(BLOB.digest())).isEqualTo(4);
    assertThat(store.lenders(BLOB.digest())).hasSize(1);
    store.verify(BLOB.digest());
    store.verifyOnce(BLOB.digest());
    assertThat(brought).as("no content was read").hasValue(0);
    assertThat(store.list()).isEmpty();
    assertThat(new BlobStore(folder.resolve("store")).contains(BLOB.digest())).isFalse();
  }

  /** A way to read a blob. */
  private interface Reading {
    void of(BlobStore store) throws IOException;
  }

  @Test
  void everyReadingBringsIt() throws IOException {
    List<Reading> readings =
        List.of(
            each -> assertThat(each.read(BLOB.digest())).isEqualTo(CONTENT),
            each -> each.open(BLOB.digest()).close(),
            each -> each.content(BLOB).close(),
            each -> each.content(BLOB.digest()).close(),
            each -> assertThat(each.file(BLOB.digest())).hasBinaryContent(CONTENT),
            each -> each.bring(BLOB.digest()),
            each -> new BlobStore(folder.resolve("copy")).importFrom(each, BLOB.digest()),
            each -> each.withDocuments(Map.of()).bring(BLOB.digest()));
    for (int i = 0; i < readings.size(); i++) {
      BlobStore empty = new BlobStore(folder.resolve("store" + i));
      empty.lend(BLOB, this::honest);

      readings.get(i).of(empty);

      assertThat(brought).hasValue(i + 1);
      assertThat(empty.isHere(BLOB.digest())).isTrue();
      assertThat(empty.isHere(BLOB.digest())).as("is here now").isTrue();
      readings.get(i).of(empty);
      assertThat(brought).as("is brought once").hasValue(i + 1);
    }
    assertThat(folder.resolve("copy/blobs/sha256/" + BLOB.digest().hex()))
        .hasBinaryContent(CONTENT);
  }

  @Test
  void aWrittenBlobNeedsNoLender() throws IOException {
    store.lend(BLOB, this::honest);

    store.put("x", CONTENT);

    assertThat(brought).hasValue(0);
    assertThat(store.isHere(BLOB.digest())).isTrue();
  }

  @Test
  void asksTheNextLenderEachWithItsOwnSize() throws IOException {
    List<Long> sizes = new ArrayList<>();
    store.lend(
        Descriptor.of("x", BLOB.digest(), 1),
        (blob, into) -> {
          sizes.add(blob.size());
          throw new VerificationException("sent more than 1 byte");
        });
    store.lend(
        BLOB,
        (blob, into) -> {
          throw new IOException("closed");
        });
    store.lend(
        BLOB,
        (blob, into) -> {
          sizes.add(blob.size());
          honest(blob, into);
        });
    store.lend(BLOB, this::honest);

    assertThat(store.read(BLOB.digest())).isEqualTo(CONTENT);
    assertThat(sizes).containsExactly(1L, 4L);
    assertThat(brought).hasValue(1);
  }

  @Test
  void saysThatNoLenderHasIt() {
    store.lend(
        BLOB,
        (blob, into) -> {
          throw new NetworkException("first");
        });
    store.lend(
        BLOB,
        (blob, into) -> {
          throw new NetworkException("second");
        });

    assertThatThrownBy(() -> store.open(BLOB.digest()))
        .isInstanceOf(LostBlobException.class)
        .hasMessageContaining(BLOB.digest().toString())
        .hasMessageContaining("second")
        .hasMessageContaining("--cache-from");
    assertThat(store.isHere(BLOB.digest())).isFalse();
  }

  @Test
  void aLenderThatBringsNothingHasLostIt() {
    store.lend(BLOB, (blob, into) -> {});

    assertThatThrownBy(() -> store.bring(BLOB.digest())).isInstanceOf(LostBlobException.class);
  }

  @Test
  void nothingIsLentAfterTheEnd() throws IOException {
    Descriptor kept = store.put("x", "own".getBytes(UTF_8));
    store.lend(BLOB, this::honest);

    store.endLoans();

    assertThat(store.hasLoans()).isFalse();
    assertThat(store.contains(BLOB.digest())).isFalse();
    assertThat(store.lenders(BLOB.digest())).isEmpty();
    assertThat(store.contains(kept.digest())).isTrue();
    assertThatThrownBy(() -> store.open(BLOB.digest())).hasMessageContaining("is missing from");
  }

  @Test
  void manyReadersBringItOnce() throws Exception {
    store.lend(BLOB, this::honest);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<byte[]>> readers = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        readers.add(threads.submit(() -> store.read(BLOB.digest())));
      }
      for (Future<byte[]> each : readers) {
        assertThat(each.get()).isEqualTo(CONTENT);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(brought).hasValue(1);
  }

  @Test
  void aDamagedFileOfALentBlobIsCheckedLikeAnyOther() throws IOException {
    store.lend(BLOB, this::honest);
    store.bring(BLOB.digest());
    Files.writeString(store.path(BLOB.digest()), "evil");

    assertThatThrownBy(() -> store.verify(BLOB.digest())).isInstanceOf(VerificationException.class);
  }
}
