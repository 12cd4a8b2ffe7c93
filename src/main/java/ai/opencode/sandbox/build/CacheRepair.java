package ai.opencode.sandbox.build;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.DamagedFileException;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.io.IOException;

/**
 * The repair of a cache during a build: a corrupt file is deleted and the work starts again, which
 * fetches or makes the file again. A build that can fetch nothing keeps the file and fails.
 */
public record CacheRepair(BuildSettings settings, Cache cache, Progress progress) {

  /** The maximum of repaired files; a cache with more corrupt ones is better deleted. */
  private static final int MAX_REPAIRS = 20;

  /** Work with a cache that may be done several times. */
  public interface Work<T> {
    T in(Cache cache) throws IOException;
  }

  /**
   * Does work, again after each repair.
   *
   * @throws DamagedFileException if a file is corrupt that is not in the cache, cannot be fetched
   *     again, or is one of too many
   */
  public <T> T during(Work<T> work) throws IOException {
    for (int repairs = 0; ; repairs++) {
      try {
        return work.in(cache);
      } catch (DamagedFileException e) {
        if (!isReachable() || repairs == MAX_REPAIRS || !cache.discard(e.file())) {
          throw e;
        }
        progress.warn(e.file() + " was corrupt and is fetched or made again");
      }
    }
  }

  private boolean isReachable() {
    return !settings.inputs().offline()
        || settings.inputs().upstream() instanceof UpstreamChoice.Archive;
  }
}
