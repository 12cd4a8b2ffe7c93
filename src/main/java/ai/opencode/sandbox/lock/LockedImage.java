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
 * What an image for one platform is made from.
 *
 * @param base the image it stands on, by digest; null for an image that stands on a parent of the
 *     same lock
 * @param baseManifest digest of the base's manifest for the platform; null where there is no base
 * @param keys fingerprints of the keys in the base that sign packages, by their names; empty where
 *     there is no base
 * @param requested the packages that the definition asks for, parents' included
 * @param packages beyond the base's and the parent's own, in install order
 * @param npmLock SHA-256 of the text of {@code package-lock.json}; null without npm packages
 * @param result what this gives, whatever the version: the manifest's digest with the version left
 *     out of labels and annotations; null as long as nobody has built it
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
