package ai.opencode.sandbox.oci;

import java.io.IOException;

/** A place from which a store can get a blob that it does not have yet. */
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
