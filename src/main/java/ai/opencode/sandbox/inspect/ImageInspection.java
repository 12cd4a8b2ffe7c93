package ai.opencode.sandbox.inspect;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.stability.Api;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Where the bytes of an image are.
 *
 * @param name what the image calls itself, or else where it was read
 * @param digest of the manifest; of the configuration in a docker-archive
 * @param layers lowest first
 * @param parts of the file system, largest first
 */
@Api
public record ImageInspection(
    String name,
    String source,
    Platform platform,
    Digest digest,
    List<LayerUse> layers,
    List<PartUse> parts) {

  /**
   * A layer.
   *
   * @param digest of its blob, or of its archive where that is all there is
   * @param createdBy its line in the history
   * @param entries in its archive
   * @param hiddenBytes of its files that upper layers replace or take away
   */
  public record LayerUse(
      int number,
      Digest digest,
      String createdBy,
      long compressedBytes,
      long unpackedBytes,
      int entries,
      long hiddenBytes) {}

  /** Where a part of the file system comes from. */
  public enum Origin {
    APK,
    NPM,
    IMAGE;

    /** As it is written in JSON and on pages. */
    public String text() {
      return switch (this) {
        case APK -> "apk";
        case NPM -> "npm";
        case IMAGE -> "image";
      };
    }
  }

  /**
   * A package, or what belongs to none.
   *
   * @param version empty where there is none
   * @param bytes of its files' contents
   * @param transferBytes what its files may cost in a pull: their share of their layers
   * @param files largest first
   */
  public record PartUse(
      Origin origin,
      String name,
      String version,
      long bytes,
      long transferBytes,
      List<FileUse> files) {

    public PartUse {
      files = List.copyOf(files);
    }
  }

  /** A file that is visible in the end. */
  public record FileUse(String path, long bytes, int layer) {}

  public ImageInspection {
    layers = List.copyOf(layers);
    parts = List.copyOf(parts);
  }

  public long compressedBytes() {
    return layers.stream().mapToLong(LayerUse::compressedBytes).sum();
  }

  /** What the layers' archives hold uncompressed. */
  public long unpackedBytes() {
    return layers.stream().mapToLong(LayerUse::unpackedBytes).sum();
  }

  /** Of all files that are visible in the end. */
  public long fileBytes() {
    return parts.stream().mapToLong(PartUse::bytes).sum();
  }

  /** For programs; every part with its ten largest files. */
  public ObjectNode toJson() {
    ObjectNode node = Json.object();
    node.put("name", name);
    node.put("source", source);
    node.put("platform", platform.toString());
    node.put("digest", digest.toString());
    node.put("compressedBytes", compressedBytes());
    node.put("unpackedBytes", unpackedBytes());
    node.put("fileBytes", fileBytes());
    ArrayNode layerArray = node.putArray("layers");
    for (LayerUse layer : layers) {
      layerArray
          .addObject()
          .put("number", layer.number())
          .put("digest", layer.digest().toString())
          .put("createdBy", layer.createdBy())
          .put("compressedBytes", layer.compressedBytes())
          .put("unpackedBytes", layer.unpackedBytes())
          .put("entries", layer.entries())
          .put("hiddenBytes", layer.hiddenBytes());
    }
    ArrayNode partArray = node.putArray("packages");
    for (PartUse part : parts) {
      ObjectNode object = partArray.addObject();
      object.put("origin", part.origin().text());
      object.put("name", part.name());
      object.put("version", part.version());
      object.put("bytes", part.bytes());
      object.put("transferBytes", part.transferBytes());
      object.put("files", part.files().size());
      ArrayNode files = object.putArray("largestFiles");
      part.files().stream()
          .limit(10)
          .forEach(
              file ->
                  files
                      .addObject()
                      .put("path", "/" + file.path())
                      .put("bytes", file.bytes())
                      .put("layer", file.layer()));
    }
    return node;
  }
}
