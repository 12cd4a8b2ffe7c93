package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.stability.Api;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of an image for one platform.
 *
 * @param base the base image, pinned by digest; null for an image based on a parent of the same
 *     lock
 * @param baseManifest the digest of the base's manifest for the platform; null without base
 * @param keys fingerprints of the keys in the base that sign packages, by name; empty without base
 * @param requested the packages that the definition and its parents ask for
 * @param packages the packages that are added to those of the base and the parent, in install order
 * @param npmLock SHA-256 of the text of {@code package-lock.json}; null without npm packages
 * @param result the digest of the manifest without the image's version in labels and annotations,
 *     so that it is equal for all versions; null if the image has not been built
 */
@Api
public record LockedImage(
    @Nullable Reference base,
    @Nullable Digest baseManifest,
    SortedMap<String, Digest> keys,
    List<String> requested,
    List<LockedPackage> packages,
    @Nullable Digest npmLock,
    @Nullable Digest result) {

  public LockedImage {
    keys = Collections.unmodifiableSortedMap(new TreeMap<>(keys));
    requested = List.copyOf(requested);
    packages = List.copyOf(packages);
  }

  public LockedImage withResult(@Nullable Digest newResult) {
    return new LockedImage(base, baseManifest, keys, requested, packages, npmLock, newResult);
  }
}
