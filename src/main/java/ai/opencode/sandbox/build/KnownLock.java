package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import ai.opencode.sandbox.upstream.archive.InputArchive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The lock that a build finds before it chooses an upstream.
 *
 * @param mode the build's use of the lock
 * @param name the lock's name in messages
 * @param written the content of the lock file; empty if there is no file, or the mode ignores it
 * @param used the content that the build reproduces; empty if the mode resolves all packages again
 * @param archived the archive of inputs that the build reads; empty if it reads none
 */
record KnownLock(
    LockMode mode,
    String name,
    Optional<LockFile> written,
    Optional<LockFile> used,
    Optional<ArchivedInputs> archived) {

  /**
   * Reads the lock for a mode.
   *
   * @param archive the archive of inputs, if the build reads one
   * @throws LockException if the mode requires a lock and there is none, or it is malformed, or it
   *     calls foreign content official
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
          "--locked needs the lock file "
              + name(mode)
              + ", which does not exist. Write it with \"opencode-sandbox lock\". The stand-in has no"
              + " lock: leave --locked out to build from it.");
    }
  }

  boolean isStrict() {
    return mode.isStrict();
  }

  /**
   * Returns a build's inputs with the addresses that the user leaves out and the lock names. A lock
   * of official content counts only if the build must follow it, because a newer program has a
   * newer base image. A lock of other content counts always, because a build without its addresses
   * could only replace it by other content.
   *
   * @throws LockException if the build must follow the lock, and the user names other addresses
   */
  LockedAddresses.Complete completed(InputSettings inputs, Platform platform) {
    Optional<LockFile> found = mode.choices().or(() -> used);
    if (found.isEmpty()
        || found.get().base(platform).isEmpty()
        || !(inputs.upstream() instanceof UpstreamChoice.Kind kind)
        || kind == UpstreamChoice.Kind.STAND_IN) {
      return LockedAddresses.Complete.of(inputs);
    }
    return new LockedAddresses(found.get(), platform, name, isStrict(), mode.uses())
        .complete(inputs, kind);
  }

  /** Returns the repositories and keys of the user's own that an archive's lock names. */
  OwnSources own(Platform platform) throws IOException {
    Optional<LockFile> found = mode.kept().or(() -> used);
    return found.isPresent() || archived.isEmpty()
        ? found.map(lock -> lock.own(platform)).orElse(OwnSources.none())
        : archived.get().lock().own(platform);
  }

  /** Returns the checks of inputs and results against this lock. */
  LockCheck check(Progress progress) {
    return new LockCheck(name, isStrict(), Gzip.isReproducible(), progress);
  }

  /**
   * Returns whether the official upstream can be chosen without a request: the lock names it, and
   * the build must use it or has its base image in the cache.
   */
  boolean settlesUpstream(Platform platform, boolean offline, Cache cache) {
    Optional<LockFile> lock = mode.kept().or(() -> used);
    if (lock.isEmpty() || lock.get().upstream() != UpstreamKind.OFFICIAL) {
      return false;
    }
    return isStrict()
        || offline
        || lock.get().on(platform).stream()
            .map(LockedImage::baseManifest)
            .anyMatch(manifest -> manifest != null && cache.blobs().contains(manifest));
  }
}
