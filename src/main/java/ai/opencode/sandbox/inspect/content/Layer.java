package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A layer as the image's documents describe it.
 *
 * @param number the number of the layer, 1 for the lowest
 * @param descriptor the descriptor of the layer; null in a docker-archive, which has none
 * @param diffId the digest of the uncompressed archive; null if the configuration lists too few
 * @param createdBy the layer's line in the image's history
 * @param bytes the source of the layer's bytes
 */
public record Layer(
    int number,
    @Nullable Descriptor descriptor,
    @Nullable Digest diffId,
    String createdBy,
    Bytes bytes) {

  /** A blob that can be read repeatedly. */
  @FunctionalInterface
  public interface Bytes {
    InputStream open() throws IOException;
  }

  /** Returns its name in findings: its number and its expected digest. */
  public String label() {
    Digest digest = descriptor == null ? diffId : descriptor.digest();
    return "layer " + number + (digest == null ? "" : " (" + digest + ")");
  }
}
