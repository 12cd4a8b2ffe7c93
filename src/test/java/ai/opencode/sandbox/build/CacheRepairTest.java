package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheRepairTest {

  @TempDir private Path folder;
  private final AProgressLog log = new AProgressLog();
  private final AtomicInteger attempts = new AtomicInteger();
  private Cache cache;
  private Path blob;

  @BeforeEach
  void damage() throws Exception {
    cache = new Cache(folder.resolve("cache"));
    blob = cache.blobs().path(Digest.sha256("right"));
    Files.createDirectories(blob.getParent());
    Files.writeString(blob, "wrong");
  }

  @Test
  void deletesTheFileAndDoesTheWorkAgain() throws Exception {
    assertThat(online().during(this::failingOnce)).isEqualTo(2);
    assertThat(blob).doesNotExist();
    assertThat(log.lines())
        .containsExactly("warn " + blob + " was corrupt and is fetched or made again");
  }

  @Test
  void doesTheWorkAgainThoughAnotherProcessDeletedTheFile() throws Exception {
    Files.delete(blob);

    assertThat(online().during(this::failingOnce)).isEqualTo(2);
  }

  @Test
  void keepsTheFileThatCannotBeFetchedAgain() {
    CacheRepair offline = repair(BuildSettings.standard().withOffline(true));

    assertThatThrownBy(() -> offline.during(this::failingOnce))
        .isInstanceOf(DamagedFileException.class);
    assertThat(blob).exists();
    assertThat(attempts).hasValue(1);
  }

  @Test
  void fetchesFromAnArchiveWithoutNetwork() throws Exception {
    CacheRepair archived =
        repair(
            BuildSettings.standard()
                .withOffline(true)
                .withUpstream(
                    new UpstreamChoice.Archive(
                        new ArchivePlace.Directory(folder.resolve("inputs")))));

    assertThat(archived.during(this::failingOnce)).isEqualTo(2);
    assertThat(blob).doesNotExist();
  }

  @Test
  void leavesFilesOutsideTheCacheAlone() throws Exception {
    Path other = folder.resolve(Digest.sha256("right").hex());
    Files.writeString(other, "wrong");

    assertThatThrownBy(() -> online().during(each -> failing(other)))
        .isInstanceOf(DamagedFileException.class);
    assertThat(other).exists();
    assertThat(attempts).hasValue(1);
  }

  @Test
  void givesUpAfterTwentyRepairs() {
    assertThatThrownBy(() -> online().during(each -> failing(blob)))
        .isInstanceOf(DamagedFileException.class);
    assertThat(attempts).hasValue(21);
  }

  private int failingOnce(Cache given) throws IOException {
    assertThat(given).isSameAs(cache);
    return attempts.get() == 0 ? failing(blob) : attempts.incrementAndGet();
  }

  private int failing(Path file) {
    attempts.incrementAndGet();
    throw new DamagedFileException(file);
  }

  private CacheRepair online() {
    return repair(BuildSettings.standard());
  }

  private CacheRepair repair(BuildSettings settings) {
    return new CacheRepair(settings, cache, log);
  }
}
