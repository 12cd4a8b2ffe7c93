package ai.opencode.sandbox.records;

import ai.opencode.sandbox.archive.BoundedInputStream;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.oci.BlobContent;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The reading and writing of facts and lists of files, which are documents in compressed blobs. */
final class PackedDocument {

  /** The maximum size of an inflated document; those of the largest images have some MB. */
  static final long MAX_BYTES = 32L << 20;

  /** The most that the documents of former images may have together, which are kept in memory. */
  static final long MAX_TOGETHER = 128L << 20;

  /** The maximum size of a blob. */
  static final long MAX_PACKED = 16L << 20;

  private PackedDocument() {}

  static Descriptor write(String mediaType, byte[] document, BlobStore blobs) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(packed)) {
      gzip.write(document);
    }
    return blobs.put(mediaType, packed.toByteArray());
  }

  static IOException tooLarge() {
    return new IOException(
        "the records of former images have more than " + MAX_TOGETHER + " bytes together");
  }

  /**
   * Reads a document.
   *
   * @throws ai.opencode.sandbox.failure.SandboxException if it is too large or malformed
   */
  static byte[] read(Descriptor blob, BlobStore blobs) throws IOException {
    try (BlobContent content = blobs.content(blob)) {
      content.verify();
      try (InputStream in = Gzip.inflating(content.stream(), "blob " + blob.digest());
          InputStream bounded = new BoundedInputStream(in, MAX_BYTES, "blob " + blob.digest())) {
        return bounded.readAllBytes();
      }
    }
  }
}
