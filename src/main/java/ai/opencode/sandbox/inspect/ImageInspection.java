package ai.opencode.sandbox.inspect;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.stability.Api;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The sizes of an image's layers, packages and files.
 *
 * @param name the image's title, or the place that it was read from
 * @param digest the digest of the manifest; in a docker-archive, of the configuration
 * @param layers the layers, lowest first
 * @param parts the parts of the file system, largest first
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
   * @param digest the digest of the layer; the digest of its uncompressed archive if that of the
   *     layer is unknown
   * @param createdBy the layer's line in the image's history
   * @param entries the number of entries in the layer's archive
   * @param hiddenBytes the size of the layer's files that upper layers replace or delete
   */
  public record LayerUse(
      int number,
      Digest digest,
      String createdBy,
      long compressedBytes,
      long unpackedBytes,
      int entries,
      long hiddenBytes) {}

  /** The origin of a part of the file system. */
  public enum PartOrigin {
    APK,
    NPM,
    IMAGE;

    /** Returns the name for JSON and pages. */
    public String text() {
      return switch (this) {
        case APK -> "apk";
        case NPM -> "npm";
        case IMAGE -> "image";
      };
    }
  }

  /**
   * A package, or the files of no package.
   *
   * @param version the version of the package; empty if there is none
   * @param bytes the size of the package's files
   * @param transferBytes the estimated size of the package's files in a pull: their share of the
   *     compressed layers
   * @param files the files, largest first
   */
  public record PartUse(
      PartOrigin origin,
      String name,
      String version,
      long bytes,
      long transferBytes,
      List<FileUse> files) {

    public PartUse {
      files = List.copyOf(files);
    }
  }

  /** A file that no upper layer hides. */
  public record FileUse(String path, long bytes, int layer) {}

  public ImageInspection {
    layers = List.copyOf(layers);
    parts = List.copyOf(parts);
  }

  public long compressedBytes() {
    return layers.stream().mapToLong(LayerUse::compressedBytes).sum();
  }

  /** Returns the uncompressed size of the layers' archives in bytes. */
  public long unpackedBytes() {
    return layers.stream().mapToLong(LayerUse::unpackedBytes).sum();
  }

  /** Returns the size of all visible files in bytes. */
  public long fileBytes() {
    return parts.stream().mapToLong(PartUse::bytes).sum();
  }

  /** Returns the inspection for programs; every part has its ten largest files. */
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
