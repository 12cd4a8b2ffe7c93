package ai.opencode.sandbox.build;

import ai.opencode.sandbox.stability.Api;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The use of a lock by a build.
 *
 * @param file used where it exists, written where it does not; null to do without. If it does not
 *     exist, the lock in an archive is used
 * @param strict fail rather than resolve anything that the lock does not settle
 * @param acceptArchive take an archive's own lock at its word where there is no lock of one's own:
 *     its images are then labelled with the upstream that it names
 * @param allowDowngrade write a lock even where something in it goes back
 */
@Api
public record LockSettings(
    @Nullable Path file, boolean strict, boolean acceptArchive, boolean allowDowngrade) {

  /** No lock. */
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
