package ai.opencode.sandbox.build;

import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The use of a lock by a build.
 *
 * @param file the lock file, which is used if it exists and written otherwise; null for none. A
 *     build from an archive without this file uses the archive's lock
 * @param strict whether an image whose inputs the lock does not name is an error
 * @param acceptArchive whether an archive's own lock is trusted if there is no lock file, so that
 *     images are labelled with the upstream that it names
 * @param allowDowngrade whether the written lock may have older versions than the lock before
 */
@Api
public record LockSettings(
    @Nullable Path file, boolean strict, boolean acceptArchive, boolean allowDowngrade) {

  /** Returns the settings without a lock. */
  public static LockSettings none() {
    return new LockSettings(null, false, false, false);
  }

  public LockSettings withFile(@Nullable Path newFile, boolean newStrict) {
    return new LockSettings(newFile, newStrict, acceptArchive, allowDowngrade);
  }

  public LockSettings withAcceptArchive(boolean newAcceptArchive) {
    return new LockSettings(file, strict, newAcceptArchive, allowDowngrade);
  }

  public LockSettings withAllowDowngrade(boolean newAllowDowngrade) {
    return new LockSettings(file, strict, acceptArchive, newAllowDowngrade);
  }
}
