package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Reference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an image for one platform is made from.
 *
 * @param base the image it stands on, by digest; null for an image that stands on a parent of the
 *     same lock
 * @param baseManifest digest of the base's manifest for the platform; null where there is no base
 * @param requested the packages that the definition asks for, parents' included
 * @param packages beyond the base's and the parent's own, in install order
 * @param npmLock SHA-256 of the text of {@code package-lock.json}; null without npm packages
 * @param result digest of the manifest that this gives; null as long as nobody has built it
 */
public record LockedImage(
    @Nullable Reference base,
    @Nullable Digest baseManifest,
    List<String> requested,
    List<LockedPackage> packages,
    @Nullable Digest npmLock,
    @Nullable Digest result) {

  public LockedImage {
    requested = List.copyOf(requested);
    packages = List.copyOf(packages);
  }

  public LockedImage withResult(Digest newResult) {
    return new LockedImage(base, baseManifest, requested, packages, npmLock, newResult);
  }
}
