package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * One layer as the image's documents speak of it.
 *
 * @param number 1 for the lowest
 * @param descriptor what its blob should be; null in a docker-archive, which promises nothing
 * @param diffId what its archive should be; null where the configuration has too few
 * @param createdBy the line of the history that belongs to it
 * @param bytes where its blob is
 */
public record Layer(
    int number,
    @Nullable Descriptor descriptor,
    @Nullable Digest diffId,
    String createdBy,
    Bytes bytes) {

  /** A blob that can be read, more than once. */
  @FunctionalInterface
  public interface Bytes {
    InputStream open() throws IOException;
  }

  /** How findings call it: its number, and the digest that it should have. */
  public String label() {
    Digest digest = descriptor == null ? diffId : descriptor.digest();
    return "layer " + number + (digest == null ? "" : " (" + digest + ")");
  }
}
