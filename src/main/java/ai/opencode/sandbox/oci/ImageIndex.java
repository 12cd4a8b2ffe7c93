package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.failure.VerificationException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One image for several platforms, or the entries of an OCI layout (image-spec, image-index.md).
 */
public record ImageIndex(List<Descriptor> manifests, Map<String, String> annotations) {

  public ImageIndex {
    manifests = List.copyOf(manifests);
    annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
  }

  /**
   * @throws VerificationException where it is no index, or could be something else too
   */
  public static ImageIndex parse(byte[] json, String source) {
    JsonNode node = ReadOneWay.manifest(json, source);
    if (!node.path("manifests").isArray()) {
      throw new VerificationException(source + ": not an image index (no manifests)");
    }
    List<Descriptor> manifests = new ArrayList<>();
    node.path("manifests").forEach(manifest -> manifests.add(Descriptor.from(manifest, source)));
    return new ImageIndex(manifests, Json.stringMap(node.path("annotations")));
  }

  /** The first manifest for a platform. */
  public Optional<Descriptor> forPlatform(Platform platform) {
    return manifests.stream().filter(manifest -> platform.equals(manifest.platform())).findFirst();
  }

  public byte[] toJson() {
    ObjectNode node = Json.object();
    node.put("schemaVersion", 2);
    node.put("mediaType", MediaType.INDEX);
    ArrayNode array = node.putArray("manifests");
    manifests.forEach(manifest -> array.add(manifest.toJson()));
    Json.putStrings(node, "annotations", annotations);
    return Json.write(node);
  }
}
