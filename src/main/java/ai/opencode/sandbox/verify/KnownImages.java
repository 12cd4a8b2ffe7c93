package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.stability.Api;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The base images and results that a lock or this program names. An image is compared with them,
 * because what it says about itself proves nothing.
 */
@Api
public interface KnownImages {

  /**
   * An image in a lock.
   *
   * @param name the name of its definition
   * @param result the digest of its manifest without a version; empty if it has not been built
   * @param inputs the digests that its provenance may have for the lock: a lock does not name the
   *     parent of an image, so there is one for each possible parent. Empty if that is unknown
   */
  @Api
  record Locked(String name, Optional<Digest> result, Set<Digest> inputs) {
    public Locked {
      inputs = Set.copyOf(inputs);
    }
  }

  /**
   * Returns whether a digest is that of a trusted base image.
   *
   * @param digest the digest of the base image's index, or of its manifest for the platform
   */
  boolean haveBase(Platform platform, Digest digest);

  /** Returns the images in the lock for a platform; empty if no lock is given. */
  Optional<List<Locked>> locked(Platform platform);

  /** Returns knowledge of no image. */
  static KnownImages none() {
    return new KnownImages() {
      @Override
      public boolean haveBase(Platform platform, Digest digest) {
        return false;
      }

      @Override
      public Optional<List<Locked>> locked(Platform platform) {
        return Optional.empty();
      }
    };
  }
}
