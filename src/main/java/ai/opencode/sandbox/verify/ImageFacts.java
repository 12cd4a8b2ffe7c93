package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import org.jspecify.annotations.Nullable;

/**
 * Digest, labels, sizes and counts of a verified image.
 *
 * @param manifest the digest of the image's manifest; in a docker-archive, which has no such
 *     manifest, the digest of the image's configuration
 * @param paths the number of paths in the file system of all layers together
 * @param packages the number of Alpine packages in the package database
 * @param elfFiles the number of programs and libraries in ELF format
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
   * Values of the image's labels, null for a label that it does not have.
   *
   * @param upstream the source of the image's inputs
   */
  public record Labels(
      @Nullable String title, @Nullable String version, @Nullable String upstream) {}

  /**
   * The total size of the image's layers in bytes.
   *
   * @param compressed the bytes that a pull transfers
   * @param unpacked the uncompressed size of the layers
   */
  public record Sizes(long compressed, long unpacked) {}
}
