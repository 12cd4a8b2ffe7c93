package ai.opencode.sandbox.oci;

import java.io.IOException;

/** A place that has blobs which a store counts among its own, and gets when they are read. */
@FunctionalInterface
public interface BlobLender {

  /**
   * Writes a blob into a store.
   *
   * @param blob the blob, whose content must have this digest and this size
   * @throws ai.opencode.sandbox.failure.SandboxException if the blob is not there, or has other
   *     content
   */
  void bring(Descriptor blob, BlobStore into) throws IOException;
}
