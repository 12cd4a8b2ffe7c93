package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.VerificationException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The manifest of an image for one platform (image-spec, manifest.md).
 *
 * <pre>{@code
 * {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
 *  "config": {"mediaType": "…config.v1+json", "digest": "sha256:…", "size": 1470},
 *  "layers": [{"mediaType": "…layer.v1.tar+gzip", "digest": "sha256:…", "size": 3408729}]}
 * }</pre>
 */
public record Manifest(
    Descriptor config, List<Descriptor> layers, Map<String, String> annotations) {

  public Manifest {
    layers = List.copyOf(layers);
    annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
  }

  /**
   * Parses a manifest.
   *
   * @throws VerificationException if it is not an image manifest, or could also be read as
   *     something else
   */
  public static Manifest parse(byte[] json, String source) {
    JsonNode node = ReadOneWay.manifest(json, source);
    if (!node.path("config").isObject() || !node.path("layers").isArray()) {
      throw new VerificationException(
          source
              + ": not an image manifest, because it has no config or no layers. Name an image.");
    }
    List<Descriptor> layers = new ArrayList<>();
    node.path("layers").forEach(layer -> layers.add(Descriptor.from(layer, source)));
    return new Manifest(
        Descriptor.from(node.path("config"), source),
        layers,
        Json.stringMap(node.path("annotations")));
  }

  public byte[] toJson() {
    ObjectNode node = Json.object();
    node.put("schemaVersion", 2);
    node.put("mediaType", MediaType.MANIFEST);
    node.set("config", config.toJson());
    ArrayNode array = node.putArray("layers");
    layers.forEach(layer -> array.add(layer.toJson()));
    Json.putStrings(node, "annotations", annotations);
    return Json.write(node);
  }

  /** Returns the bytes that a pull of this image transfers, without the manifest itself. */
  public long compressedSize() {
    return config.size() + layers.stream().mapToLong(Descriptor::size).sum();
  }
}
