package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.PackageLabel;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import org.jspecify.annotations.Nullable;

/**
 * A package of a lock.
 *
 * @param repository the repository that has it
 * @param size the size of the package file in bytes
 * @param checksum the checksum of the control segment, from the signed index
 * @param data the digests of the data segment; the control segment names the first
 * @param cause the reason why it is part of the image
 */
@Api
public record LockedPackage(
    String name,
    ApkVersion version,
    RepositoryLocation repository,
    long size,
    Checksum checksum,
    Data data,
    Cause cause) {

  /** Returns the identity among the packages of an image. */
  public PackageId id() {
    return new PackageId(name);
  }

  /** Returns {@code <name>-<version>}. */
  public String label() {
    return new PackageLabel(name, version).toString();
  }

  /**
   * The reason why a package is part of an image.
   *
   * @param requiredBy a package that needs this one; null if the image asks for it
   * @param replaces the version of the base image's package that it takes the place of; null if it
   *     is not a package of the base image
   */
  public record Cause(@Nullable String requiredBy, @Nullable ApkVersion replaces) {

    /** Returns the reason of a package that the base image does not have. */
    public static Cause of(@Nullable String requiredBy) {
      return new Cause(requiredBy, null);
    }
  }

  /**
   * The digests of a package's data segment.
   *
   * @param hash the digest of the compressed segment, which is the layer's digest if the package is
   *     stored verbatim
   * @param diffId the digest of the uncompressed segment
   */
  public record Data(Digest hash, Digest diffId) {}
}
