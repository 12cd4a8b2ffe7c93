package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of an image for one platform, as recorded in a lock file.
 *
 * @param base the base image; null for an image based on a parent of the same lock
 * @param requested the packages that the definition and its parents ask for
 * @param packages the packages that are added to those of the base and the parent, in install order
 * @param removed the packages of the base or parent image that this image does not have
 * @param npmLock the SHA-256 of the text of {@code package-lock.json}; null without npm packages
 * @param result the digest of the manifest without the image's version in labels and annotations,
 *     so that it is equal for all versions; null if the image has not been built
 * @param records the digest of the blob with what the build learnt about the image, which proves
 *     the same blob in a registry; null if the image has not been built
 */
@Api
public record LockedImage(
    @Nullable LockedBase base,
    List<Dependency> requested,
    List<LockedPackage> packages,
    List<PackageId> removed,
    @Nullable Digest npmLock,
    @Nullable Digest result,
    @Nullable Digest records) {

  /** Creates an entry for an image that has not been built, or was built by an older program. */
  public LockedImage(
      @Nullable LockedBase base,
      List<Dependency> requested,
      List<LockedPackage> packages,
      List<PackageId> removed,
      @Nullable Digest npmLock,
      @Nullable Digest result) {
    this(base, requested, packages, removed, npmLock, result, null);
  }

  public LockedImage {
    requested = List.copyOf(requested);
    packages = List.copyOf(packages);
    removed = List.copyOf(removed);
  }

  /** Returns the digest of the base's manifest; null without base, or if the lock has none. */
  public @Nullable Digest baseManifest() {
    return base == null ? null : base.manifest();
  }

  /** Returns fingerprints of the keys in the base, by name; empty without base. */
  public SortedMap<String, Digest> keys() {
    return base == null ? Collections.emptySortedMap() : base.keys();
  }

  /** Returns whether the result and the records of a build are named. */
  public boolean isBuilt() {
    return result != null && records != null;
  }

  /** Returns a copy with another result, whose records are not known. */
  public LockedImage withResult(@Nullable Digest newResult) {
    return withResult(newResult, null);
  }

  /** Returns a copy with another result and its records. */
  public LockedImage withResult(@Nullable Digest newResult, @Nullable Digest newRecords) {
    return new LockedImage(base, requested, packages, removed, npmLock, newResult, newRecords);
  }
}
