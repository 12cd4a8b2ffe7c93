package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import org.jspecify.annotations.Nullable;

/**
 * The image that was looked at.
 *
 * @param manifest digest of the manifest; of the configuration in a docker-archive
 * @param paths in the file system that the layers give
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
   * The names that the image gives itself.
   *
   * @param upstream the place where its inputs came from; null where it says none
   */
  public record Labels(
      @Nullable String title, @Nullable String version, @Nullable String upstream) {}

  /**
   * The bytes of its layers.
   *
   * @param compressed that a pull transfers
   * @param unpacked in the layers' archives
   */
  public record Sizes(long compressed, long unpacked) {}
}
