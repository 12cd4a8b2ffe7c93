package ai.opencode.sandbox.build;

import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.Upstream;
import ai.opencode.sandbox.upstream.archive.InputArchive;
import java.io.IOException;
import java.util.Optional;

/**
 * The lock that a build finds, as far as it is known before the upstream is.
 *
 * @param name of the lock in messages
 * @param written content of the lock file; empty where there is none or the mode ignores it
 * @param obeyed content that the build must or should reproduce; empty where the mode resolves anew
 * @param archived the archive of inputs that the build reads; empty where it reads none
 */
record KnownLock(
    LockMode mode,
    String name,
    Optional<LockFile> written,
    Optional<LockFile> obeyed,
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
        mode instanceof LockMode.Obey obey && obey.file() != null
            ? LockFile.read(obey.file())
            : Optional.empty();
    Optional<LockFile> own =
        mode instanceof LockMode.Update update ? Optional.of(update.kept()) : written;
    Optional<ArchivedInputs> archived =
        archive.isEmpty()
            ? Optional.empty()
            : Optional.of(ArchivedInputs.of(settings, archive.get(), own));
    if (!(mode instanceof LockMode.Obey obey)) {
      return new KnownLock(mode, "the lock", written, Optional.empty(), archived);
    }
    if (written.isPresent() || archived.isEmpty()) {
      requireContent(obey, written);
      return new KnownLock(mode, String.valueOf(obey.file()), written, written, archived);
    }
    return new KnownLock(
        mode,
        "the lock in " + settings.inputs().upstream(),
        written,
        Optional.of(archived.get().lock()),
        archived);
  }

  private static void requireContent(LockMode.Obey obey, Optional<LockFile> content) {
    if (obey.strict() && content.isEmpty()) {
      throw new LockException(
          "--locked, but there is no lock file " + obey.file() + "; build without it once");
    }
  }

  boolean isStrict() {
    return mode instanceof LockMode.Obey obey && obey.strict();
  }

  /** Checks of this lock; made with what this Java compresses like. */
  LockObedience obedience(Progress progress) {
    return new LockObedience(name, isStrict(), Gzip.isReproducible(), progress);
  }

  /**
   * Whether the lock leaves nothing to ask the network about the upstream: it is to be obeyed
   * whatever happens, or its base image is in the cache.
   */
  boolean settlesUpstream(Platform platform, boolean offline, Cache cache) {
    Optional<LockFile> lock =
        mode instanceof LockMode.Update update ? Optional.of(update.kept()) : obeyed;
    if (lock.isEmpty() || !lock.get().upstream().equals(Upstream.OFFICIAL)) {
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
