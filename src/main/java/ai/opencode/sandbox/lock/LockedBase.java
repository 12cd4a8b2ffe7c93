package ai.opencode.sandbox.lock;

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
 * @param keys the fingerprints of the keys in the base image that sign packages, by their names
 * @param packages the treatment of its packages
 */
@Api
public record LockedBase(
    Reference reference,
    @Nullable Digest manifest,
    SortedMap<String, Digest> keys,
    BasePackages packages) {

  public LockedBase {
    keys = Collections.unmodifiableSortedMap(new TreeMap<>(keys));
  }
}
