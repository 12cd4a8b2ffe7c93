package ai.opencode.sandbox.image;

import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.stability.Api;
import java.util.Optional;

/**
 * What an image for one platform was made from.
 *
 * @param inputs base image, keys and packages in a lock's form: each package with its repository,
 *     checksum, data hash and the package that required it; the lock's result where it was locked
 * @param proof what vouches for the packages
 * @param npm npm packages of its own, with their lock
 * @param parent what the image that it is based on was made from; empty on the base image itself
 */
@Api
public record ImageContents(
    LockedImage inputs, Proof proof, Optional<NpmProject> npm, Optional<ImageContents> parent) {

  /** What vouches for the checksums of packages. */
  public enum Proof {
    /** An index that one of the base image's keys has signed. */
    SIGNED_INDEX,
    /** A lock, which was made from such an index. */
    LOCK
  }
}
