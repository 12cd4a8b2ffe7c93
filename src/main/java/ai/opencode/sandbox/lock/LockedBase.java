package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.stability.Api;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The base image of a locked image.
 *
 * @param reference the base image, by digest
 * @param manifest the digest of the base image's manifest for the platform; null if the lock does
 *     not name it
 * @param keys the fingerprints of the keys that packages may be signed with, by their names: those
 *     in the base image and the user's own
 * @param packages whether a build upgrades the base image's packages
 * @param own the user's own repositories and keys, which are files in the image. A build that
 *     chooses packages anew does not trust a key merely because the lock has it
 */
@Api
public record LockedBase(
    Reference reference,
    @Nullable Digest manifest,
    SortedMap<String, Digest> keys,
    BasePackages packages,
    OwnSources own) {

  public LockedBase {
    keys = Collections.unmodifiableSortedMap(new TreeMap<>(keys));
  }

  /** Creates a base to which the user adds no repositories or keys. */
  public LockedBase(
      Reference reference,
      @Nullable Digest manifest,
      SortedMap<String, Digest> keys,
      BasePackages packages) {
    this(reference, manifest, keys, packages, OwnSources.none());
  }
}
