package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import java.io.IOException;
import java.io.InputStream;

/**
 * An index, a manifest or a configuration: its bytes and their actual digest.
 *
 * @param kind {@code index}, {@code manifest} or {@code configuration}
 */
record Document(String kind, Digest digest, byte[] bytes) {

  /** Reads a document, and reports differences from its descriptor. */
  static Document read(String kind, Descriptor descriptor, InputStream in, Flaws flaws)
      throws IOException {
    byte[] bytes = in.readNBytes(Json.MAX_BYTES + 1);
    Digest digest = Digest.sha256(bytes);
    String where = kind + " " + descriptor.digest();
    if (!digest.equals(descriptor.digest())) {
      flaws.add("document-digest", where, "its content has the digest " + digest);
    }
    if (bytes.length != descriptor.size()) {
      flaws.add(
          "blob-size",
          where,
          "it has " + bytes.length + " bytes, its descriptor says " + descriptor.size());
    }
    String written = Json.parse(bytes, where).path("mediaType").asText();
    if (!written.isEmpty() && !written.equals(descriptor.mediaType())) {
      flaws.add(
          "media-type",
          where,
          "it calls itself " + written + ", its descriptor says " + descriptor.mediaType());
    }
    return new Document(kind, digest, bytes);
  }
}
