package ai.opencode.sandbox.build;

import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.archive.InputArchive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The lock that a build finds, as far as it is known before the upstream is.
 *
 * @param name of the lock in messages
 * @param written content of the lock file; empty where there is none or the mode ignores it
 * @param used content that the build reproduces; empty where the mode resolves anew
 * @param archived the archive of inputs that the build reads; empty where it reads none
 */
record KnownLock(
    LockMode mode,
    String name,
    Optional<LockFile> written,
    Optional<LockFile> used,
    Optional<ArchivedInputs> archived) {

  /**
   * Reads the lock that a mode asks for.
   *
   * @param archive of inputs, where the build reads one
   * @throws LockException where the mode needs a lock and there is none, or it is malformed, or it
   *     says that foreign content is official
   */
  static KnownLock read(LockMode mode, BuildSettings settings, Optional<InputArchive> archive)
      throws IOException {
    Optional<LockFile> written =
        mode.file().isPresent() ? LockFile.read(mode.file().get()) : Optional.empty();
    Optional<LockFile> own = mode.kept().or(() -> written);
    Optional<ArchivedInputs> archived =
        archive.isEmpty()
            ? Optional.empty()
            : Optional.of(ArchivedInputs.of(settings, archive.get(), own));
    if (!mode.uses()) {
      return new KnownLock(mode, "the lock", written, Optional.empty(), archived);
    }
    if (written.isPresent() || archived.isEmpty()) {
      requireContent(mode, written);
      return new KnownLock(mode, name(mode), written, written, archived);
    }
    return new KnownLock(
        mode,
        "the lock in " + settings.inputs().upstream(),
        written,
        Optional.of(archived.get().lock()),
        archived);
  }

  private static String name(LockMode mode) {
    return mode.file().map(Path::toString).orElse("the lock");
  }

  private static void requireContent(LockMode mode, Optional<LockFile> content) {
    if (mode.isStrict() && content.isEmpty()) {
      throw new LockException(
          "--locked, but there is no lock file " + name(mode) + "; build without it once");
    }
  }

  boolean isStrict() {
    return mode.isStrict();
  }

  /** Checks of this lock; made with what this Java compresses like. */
  LockCheck check(Progress progress) {
    return new LockCheck(name, isStrict(), Gzip.isReproducible(), progress);
  }

  /**
   * Whether the lock leaves nothing to ask the network about the upstream: the build takes nothing
   * else, or its base image is in the cache.
   */
  boolean settlesUpstream(Platform platform, boolean offline, Cache cache) {
    Optional<LockFile> lock = mode.kept().or(() -> used);
    if (lock.isEmpty() || lock.get().upstream() != UpstreamKind.OFFICIAL) {
      return false;
    }
    return isStrict()
        || offline
        || lock.get().images().keySet().stream()
            .flatMap(image -> lock.get().find(image, platform).stream())
            .map(LockedImage::baseManifest)
            .anyMatch(manifest -> manifest != null && cache.blobs().contains(manifest));
  }
}
