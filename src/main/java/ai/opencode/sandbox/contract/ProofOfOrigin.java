package ai.opencode.sandbox.contract;

import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.upstream.OfficialUpstream;
import ai.opencode.sandbox.verify.ImageVerifier;
import ai.opencode.sandbox.verify.TrustedKeys;
import ai.opencode.sandbox.verify.TrustedKeys.Fingerprints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The choice of the keys that must have signed the packages of images: those of a directory, else
 * those that a lock names, else Alpine's.
 *
 * @param wanted whether the signatures are checked at all
 * @param own files with keys that are trusted besides the lock's or Alpine's
 * @param only the directory with the only trusted keys
 * @param lock the lock whose fingerprints of keys, base images and results count, in place of
 *     Alpine's keys and of the base images that this program is pinned to
 */
public record ProofOfOrigin(
    boolean wanted, List<Path> own, Optional<Path> only, Optional<Path> lock) {

  /**
   * Checks that the choice makes sense.
   *
   * @throws UsageException if a directory or file is named that does not exist, if keys are named
   *     for no check, or a directory and a lock
   */
  public ProofOfOrigin {
    own = List.copyOf(own);
    if (only.isPresent() && !Files.isDirectory(only.get())) {
      throw new UsageException(
          "There is no directory " + only.get() + ". Name one with the trusted keys' *.pub files.");
    }
    if (lock.isPresent() && !Files.isRegularFile(lock.get())) {
      throw new UsageException(
          "There is no lock file " + lock.get() + ". Name the lock whose keys are trusted.");
    }
    if ((only.isPresent() || lock.isPresent()) && !wanted) {
      throw new UsageException(
          "Trusted keys are named, but no proof of origin is asked for. Use --origin with --keys or"
              + " --lock, or in a POM origin with trustedKeys or lockFile.");
    }
    if (only.isPresent() && lock.isPresent()) {
      throw new UsageException(
          "The trusted keys are those of a directory or those of a lock, not both. Leave out one.");
    }
  }

  /**
   * Returns a verifier that asks for this proof.
   *
   * @throws ai.opencode.sandbox.failure.LockException if the lock is malformed
   */
  public ImageVerifier askedBy(ImageVerifier verifier) throws IOException {
    if (!wanted) {
      return verifier;
    }
    Optional<LockFile> read = Optional.empty();
    if (lock.isPresent()) {
      read = Optional.of(LockFile.parse(Files.readAllBytes(lock.get()), lock.get().toString()));
    }
    return verifier.withOrigin(keys(read), new LockedImages(read));
  }

  private TrustedKeys keys(Optional<LockFile> named) throws IOException {
    if (only.isPresent()) {
      return TrustedKeys.in(only.get());
    }
    Fingerprints known = named.isPresent() ? of(named.get()) : OfficialUpstream::isKey;
    Set<Digest> fingerprints = new HashSet<>();
    for (Path file : own) {
      fingerprints.add(RepositoryKey.read(file).fingerprint());
    }
    return TrustedKeys.with(
        (architecture, fingerprint) ->
            fingerprints.contains(fingerprint) || known.contain(architecture, fingerprint));
  }

  /** Returns the keys that a lock names for the images of each architecture. */
  private static Fingerprints of(LockFile read) {
    return (architecture, fingerprint) ->
        read.platforms().stream()
            .filter(each -> each.apkArchitecture().equals(architecture))
            .anyMatch(each -> names(read.on(each), fingerprint));
  }

  private static boolean names(List<LockedImage> images, Digest fingerprint) {
    return images.stream().anyMatch(each -> each.keys().containsValue(fingerprint));
  }
}
