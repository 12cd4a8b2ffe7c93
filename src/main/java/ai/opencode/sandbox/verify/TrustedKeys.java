package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.KeyFiles;
import ai.opencode.sandbox.apk.Keyring;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The keys whose signatures prove the origin of a package. */
@Api
public final class TrustedKeys {

  /** A decision about keys of which only the fingerprints are known. */
  @Api
  public interface Fingerprints {

    /**
     * Returns whether a key is trusted.
     *
     * @param architecture Alpine's name of the image's architecture
     * @param fingerprint the SHA-256 of the key (SubjectPublicKeyInfo)
     */
    boolean contain(String architecture, Digest fingerprint);
  }

  private final @Nullable Keyring only;
  private final Fingerprints known;

  private TrustedKeys(@Nullable Keyring only, Fingerprints known) {
    this.only = only;
    this.known = known;
  }

  /**
   * Trusts the keys in a directory like {@code /etc/apk/keys}, and no others.
   *
   * @throws ai.opencode.sandbox.failure.VerificationException if a file is not a public key
   * @throws UsageException if there is none
   */
  public static TrustedKeys in(Path directory) throws IOException {
    Keyring keys = Keyring.from(directory);
    if (keys.fingerprints().isEmpty()) {
      throw new UsageException(
          directory + " has no keys, so it trusts none. Name a directory with *.pub files.");
    }
    return new TrustedKeys(keys, (architecture, fingerprint) -> false);
  }

  /** Trusts those keys in an image that have known fingerprints. */
  public static TrustedKeys with(Fingerprints known) {
    return new TrustedKeys(null, known);
  }

  /**
   * Returns the trusted keys for an image.
   *
   * @param present the keys in the image
   */
  Keyring ring(KeyFiles present, String architecture) {
    return only == null
        ? present.only((name, fingerprint) -> known.contain(architecture, fingerprint)).ring()
        : only;
  }
}
