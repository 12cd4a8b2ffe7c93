package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Digest, labels, sizes and counts of a verified image.
 *
 * @param manifest the digest of the image's manifest; in a docker-archive, which has no such
 *     manifest, the digest of the image's configuration
 * @param statements the statements beside the image
 */
@Api
public record ImageFacts(
    Digest manifest, Labels labels, Sizes sizes, Counts counts, Statements statements) {

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

  /**
   * Numbers of parts of the image.
   *
   * @param paths the number of paths in the file system of all layers together
   * @param packages the number of Alpine packages in the package database
   * @param elfFiles the number of programs and libraries in ELF format
   */
  public record Counts(int layers, int paths, int packages, int elfFiles) {}

  /**
   * The statements about the image that its index lists.
   *
   * @param compared the kinds of those that were compared with the image
   * @param others the number of those that were not, because other programs wrote them
   */
  public record Statements(List<AttestationKind> compared, int others) {

    public Statements {
      compared = List.copyOf(compared);
    }

    @Override
    public String toString() {
      String kinds = compared.stream().map(Object::toString).collect(Collectors.joining(", "));
      String known = kinds.isEmpty() ? "none" : kinds;
      return others == 0 ? known : known + "; " + others + " of other programs are not compared";
    }
  }
}
