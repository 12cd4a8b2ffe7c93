package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.ImageRoot;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.report.ByteSize;
import ai.opencode.sandbox.stability.Api;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The part of an image that leads to a trusted signature.
 *
 * @param packages the number of Alpine packages that are not from the base image
 * @param signed the number of those that a trusted key signed
 * @param ofBase the number of packages of the base image, for which its digest alone counts
 * @param layers the number of layers
 * @param signedLayers the number of layers that are signed, since they are the data of a package
 * @param bytes the compressed size of all layers, in bytes
 * @param signedBytes the compressed size of the signed layers, in bytes
 * @param command a shell command that checks one of the packages with apk, in the directory of the
 *     image's OCI layout; null if no layer is signed
 */
@Api
public record OriginSummary(
    int packages,
    int signed,
    int ofBase,
    int layers,
    int signedLayers,
    long bytes,
    long signedBytes,
    @Nullable String command) {

  static OriginSummary none(Examined image) {
    return of(image, 0, 0, Set.of());
  }

  static OriginSummary of(Examined image, int signed, int ofBase, Set<Digest> signedLayers) {
    ImageRoot root = image.root();
    return new OriginSummary(
        Math.max(0, image.packages().size() - ofBase),
        signed,
        ofBase,
        root.layers().size(),
        signedLayers.size(),
        root.compressedBytes(),
        OriginTrust.bytes(image, signedLayers),
        null);
  }

  OriginSummary withCommand(@Nullable String newCommand) {
    return new OriginSummary(
        packages, signed, ofBase, layers, signedLayers, bytes, signedBytes, newCommand);
  }

  /** Returns the summary for people. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("  origin: " + counts());
    if (signedLayers < layers) {
      lines.add(
          "  Files in the other layers are compared with apk's database, which no key signs: to"
              + " prove them, build the image again from its lock and compare the digests.");
    }
    if (command != null) {
      lines.add("  Check one yourself, in the image's OCI layout: " + command);
    }
    return lines;
  }

  private String counts() {
    return String.format(
        Locale.ROOT,
        "%d of %d packages signed by trusted keys, %d of the base image by its digest; %d of %d"
            + " layers and %s of %s are signed data",
        signed,
        packages,
        ofBase,
        signedLayers,
        layers,
        ByteSize.megabytes(signedBytes),
        ByteSize.megabytes(bytes));
  }
}
