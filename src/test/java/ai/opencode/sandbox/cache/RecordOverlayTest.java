package ai.opencode.sandbox.cache;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records over those of a cache, which get into it only when they are proved. */
class RecordOverlayTest {

  private static final RecordKey KEY = new RecordKey("kind", Digest.sha256("1"));
  private static final RecordKey OTHER = new RecordKey("kind", Digest.sha256("2"));
  private static final byte[] OWN = {1};
  private static final byte[] LENT = {2};
  private static final byte[] MADE = {3};

  /** The most bytes that a record may have here. */
  private static final int MOST = 10;

  @TempDir private Path folder;
  private final Map<RecordKey, byte[]> elsewhere = new HashMap<>();
  private boolean unproved = true;
  private Cache cache;
  private RecordOverlay overlay;
  private Cache under;

  @BeforeEach
  void open() {
    cache = new Cache(folder.resolve("cache"));
    overlay =
        new RecordOverlay(
            new RecordOverlay.Source() {
              @Override
              public Optional<byte[]> find(RecordKey key) {
                return Optional.ofNullable(elsewhere.get(key));
              }

              @Override
              public boolean isUnproved() {
                return unproved;
              }
            });
    under = cache.under(overlay);
  }

  @Test
  void theCachesOwnRecordIsTheFirst() throws IOException {
    cache.keep(KEY, OWN);
    elsewhere.put(KEY, LENT);
    elsewhere.put(OTHER, LENT);

    assertThat(under.find(KEY, MOST)).contains(OWN);
    assertThat(under.find(OTHER, MOST)).contains(LENT);
    assertThat(cache.find(OTHER, MOST)).isEmpty();
  }

  @Test
  void aMadeRecordIsSeenOverThatFromElsewhereAndStaysOut() throws IOException {
    elsewhere.put(KEY, LENT);

    under.keep(KEY, MADE);

    assertThat(under.isBorrowing()).isTrue();
    assertThat(under.find(KEY, MOST)).contains(MADE);
    assertThat(cache.find(KEY, MOST)).isEmpty();
  }

  @Test
  void aRecordMadeAgainCountsBeforeWhatWasUsed() throws IOException {
    elsewhere.put(KEY, LENT);
    under.find(KEY, MOST);

    under.keep(KEY, MADE);

    overlay.settle(cache);
    assertThat(cache.find(KEY, MOST)).contains(MADE);
  }

  @Test
  void writesIntoTheCacheWhileNothingIsBorrowed() throws IOException {
    unproved = false;

    under.keep(KEY, MADE);

    assertThat(under.isBorrowing()).isFalse();
    assertThat(cache.find(KEY, MOST)).contains(MADE);
  }

  @Test
  void writesWhatWasUsedAndMadeWhenItIsProved() throws IOException {
    elsewhere.put(KEY, LENT);
    elsewhere.put(new RecordKey("kind", Digest.sha256("3")), LENT);
    under.find(KEY, MOST);
    under.keep(OTHER, MADE);

    overlay.settle(cache);

    assertThat(cache.find(KEY, MOST)).contains(LENT);
    assertThat(cache.find(OTHER, MOST)).contains(MADE);
    assertThat(cache.find(new RecordKey("kind", Digest.sha256("3")), MOST))
        .as("nothing asked for it")
        .isEmpty();
  }
}
