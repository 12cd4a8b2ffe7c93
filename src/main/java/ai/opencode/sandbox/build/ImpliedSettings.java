package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.RepositoryLine;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The settings that follow from a build's lock and targets if the user does not choose them, for
 * the command line and for Maven.
 */
public final class ImpliedSettings {

  private ImpliedSettings() {}

  /**
   * Returns whether a mirror of Alpine that the program or the file of one's own images has by
   * default serves a build: no other upstream is chosen, and no repositories in its place.
   *
   * @param repositories the repositories that the user names, as lines of apk's file
   */
  public static boolean takesMirror(UpstreamChoice upstream, List<String> repositories) {
    return (upstream == UpstreamChoice.AUTO || upstream == UpstreamChoice.MIRROR)
        && repositories.stream().map(RepositoryLine::of).allMatch(RepositoryLine::isTagged);
  }

  /**
   * Completes settings.
   *
   * @param chosen the user's settings, with a lock if there is one
   * @param namesPlatforms whether the user names platforms; a locked build has those of its lock
   * @param namesSource whether the user names a base image, repositories or keys
   * @param leaving whether images are sent to a registry that others can read: these get official
   *     content, unless the user or the lock that the build must follow names another source
   * @throws LockException if the lock is required and the upstream has none
   */
  public static BuildSettings of(
      BuildSettings chosen, boolean namesPlatforms, boolean namesSource, boolean leaving)
      throws IOException {
    UpstreamChoice upstream = chosen.inputs().upstream();
    Path file = chosen.lock().strict() ? chosen.lock().file() : null;
    if (file != null && upstream == UpstreamChoice.STAND_IN) {
      throw new LockException(
          "--locked needs a lock, and the stand-in has none: it is made anew on each machine."
              + " Leave --locked out, or build with --upstream official or mirror.");
    }
    Optional<LockFile> lock = file == null ? Optional.empty() : LockFile.read(file);
    BuildSettings settings = chosen;
    if (lock.isPresent() && !namesPlatforms && !lock.get().platforms().isEmpty()) {
      settings = settings.withPlatforms(lock.get().platforms());
    }
    if (upstream != UpstreamChoice.AUTO || !leaving) {
      return settings;
    }
    boolean mirror =
        namesSource || lock.filter(each -> each.upstream() == UpstreamKind.MIRROR).isPresent();
    return settings.withUpstream(mirror ? UpstreamChoice.MIRROR : UpstreamChoice.OFFICIAL);
  }
}
