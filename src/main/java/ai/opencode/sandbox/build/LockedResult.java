package ai.opencode.sandbox.build;

import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.Digest;
import org.jspecify.annotations.Nullable;

/**
 * The result of a build of an image, as a lock names it.
 *
 * @param image the digest of the manifest without the version
 * @param records the digest of the image's records
 */
record LockedResult(Digest image, Digest records) {

  /** Returns whether an entry of a lock names this result. */
  boolean isNamedBy(@Nullable LockedImage entry) {
    return entry != null && image.equals(entry.result()) && records.equals(entry.records());
  }
}
