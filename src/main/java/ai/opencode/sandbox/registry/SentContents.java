package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The documents and blobs of an image, each once, referenced ones before those that refer to them.
 */
final class SentContents {

  private static final int MAX_DEPTH = 4;

  private final Map<Digest, Descriptor> blobs = new LinkedHashMap<>();
  private final Map<Digest, Descriptor> manifests = new LinkedHashMap<>();

  private SentContents() {}

  /**
   * Reads the documents of an image.
   *
   * @throws VerificationException if content is missing or malformed
   */
  static SentContents of(BlobStore source, Descriptor image) throws IOException {
    SentContents contents = new SentContents();
    contents.collect(source, image, 0);
    return contents;
  }

  /** Returns the blobs, by their digests. */
  Map<Digest, Descriptor> blobs() {
    return blobs;
  }

  /** Returns the manifests and indexes, those that others refer to first. */
  Map<Digest, Descriptor> manifests() {
    return manifests;
  }

  private void collect(BlobStore source, Descriptor image, int depth) throws IOException {
    if (manifests.containsKey(image.digest())) {
      return;
    }
    if (depth > MAX_DEPTH) {
      throw new VerificationException(
          "The index "
              + image.digest()
              + " is nested in more than "
              + MAX_DEPTH
              + " others. Publish another image.");
    }
    byte[] content = source.read(image.digest());
    String name = image.digest().toString();
    if (MediaType.isIndex(image.mediaType())) {
      for (Descriptor child : ImageIndex.parse(content, name).manifests()) {
        collect(source, child, depth + 1);
      }
    } else {
      Manifest manifest = Manifest.parse(content, name);
      for (Descriptor layer : manifest.layers()) {
        add(source, layer);
      }
      add(source, manifest.config());
    }
    manifests.put(image.digest(), image);
  }

  private void add(BlobStore source, Descriptor blob) throws IOException {
    if (source.size(blob.digest()) != blob.size()) {
      throw new VerificationException(
          "The file "
              + source.path(blob.digest())
              + " does not have the "
              + blob.size()
              + " bytes in the image's descriptor. Delete it and build again.");
    }
    blobs.put(blob.digest(), blob);
  }
}
