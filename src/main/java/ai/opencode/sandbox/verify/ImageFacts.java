package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import org.jspecify.annotations.Nullable;

/**
 * The verified image in numbers.
 *
 * @param manifest digest of the manifest; of the configuration in a docker-archive
 * @param paths number of paths in the file system of all layers together
 */
@Api
public record ImageFacts(
    Digest manifest,
    Labels labels,
    Sizes sizes,
    int layers,
    int paths,
    int packages,
    int elfFiles) {

  /**
   * The names in the image's labels.
   *
   * @param upstream the source of its inputs; null if there is no such label
   */
  public record Labels(
      @Nullable String title, @Nullable String version, @Nullable String upstream) {}

  /**
   * The size of its layers in bytes.
   *
   * @param compressed bytes that a pull transfers
   * @param unpacked bytes in the layers' archives
   */
  public record Sizes(long compressed, long unpacked) {}
}
