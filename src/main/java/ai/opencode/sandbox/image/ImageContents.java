package ai.opencode.sandbox.image;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.stability.Api;
import java.util.Optional;

/**
 * The inputs of an image for one platform.
 *
 * @param inputs base image, keys and packages in the form of a lock: each package with its
 *     repository, checksum, data hash and the package that required it; also the result if the
 *     image was locked
 * @param proof the source of the packages' checksums
 * @param npm the image's own npm packages, with their lock
 * @param parent the inputs of the parent; empty if there is none
 */
@Api
public record ImageContents(
    LockedImage inputs, Proof proof, Optional<NpmProject> npm, Optional<ImageContents> parent) {

  /**
   * Returns the locked package of a build, which this image or a parent has added. It tells the
   * repository of a package in a layer, and the reason why the package is installed.
   *
   * @param checksum that of {@link ai.opencode.sandbox.apk.ApkFacts}
   * @return empty for a package of the base image
   */
  public Optional<LockedPackage> find(Checksum checksum) {
    return inputs.packages().stream()
        .filter(each -> each.checksum().equals(checksum))
        .findFirst()
        .or(() -> parent.flatMap(below -> below.find(checksum)));
  }

  /** The trusted source of the checksums of packages. */
  public enum Proof {
    /** An index, signed with one of the base image's keys. */
    SIGNED_INDEX,
    /** A lock that was made from such an index. */
    LOCK
  }
}
