package ai.opencode.sandbox.contract;

import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.upstream.OfficialUpstream;
import ai.opencode.sandbox.verify.ImageVerifier;
import ai.opencode.sandbox.verify.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The choice of the keys that must have signed the packages of images.
 *
 * @param wanted whether the signatures are checked at all
 * @param own files with keys that are trusted besides Alpine's
 * @param only the directory with the only trusted keys
 */
public record ProofOfOrigin(boolean wanted, List<Path> own, Optional<Path> only) {

  /**
   * Checks that the choice makes sense.
   *
   * @throws UsageException if a directory is named that does not exist, or for no check
   */
  public ProofOfOrigin {
    own = List.copyOf(own);
    if (only.isPresent() && !Files.isDirectory(only.get())) {
      throw new UsageException(
          "There is no directory " + only.get() + ". Name one with the trusted keys' *.pub files.");
    }
    if (only.isPresent() && !wanted) {
      throw new UsageException(
          "Trusted keys are named, but no proof of origin is asked for. Use --origin with --keys, or"
              + " in a POM origin with trustedKeys.");
    }
  }

  /** Returns a verifier that asks for this proof. */
  public ImageVerifier askedBy(ImageVerifier verifier) throws IOException {
    if (!wanted) {
      return verifier;
    }
    if (only.isPresent()) {
      return verifier.withOrigin(TrustedKeys.in(only.get()));
    }
    Set<Digest> fingerprints = new HashSet<>();
    for (Path file : own) {
      fingerprints.add(RepositoryKey.read(file).fingerprint());
    }
    return verifier.withOrigin(
        TrustedKeys.with(
            (architecture, fingerprint) ->
                fingerprints.contains(fingerprint)
                    || OfficialUpstream.isKey(architecture, fingerprint)));
  }
}
