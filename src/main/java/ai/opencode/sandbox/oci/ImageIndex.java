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
import java.util.stream.Collectors;

/**
 * The manifests of one image for several platforms, or the images of an OCI layout (image-spec,
 * image-index.md).
 */
public record ImageIndex(List<Descriptor> manifests, Map<String, String> annotations) {

  public ImageIndex {
    manifests = List.copyOf(manifests);
    annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
  }

  /**
   * Parses an index.
   *
   * @throws VerificationException if it is not an index, or could also be read as something else
   */
  public static ImageIndex parse(byte[] json, String source) {
    JsonNode node = ReadOneWay.manifest(json, source);
    if (!node.path("manifests").isArray()) {
      throw new VerificationException(
          source + ": not an image index, because it has no manifests. Name an index.");
    }
    List<Descriptor> manifests = new ArrayList<>();
    node.path("manifests").forEach(manifest -> manifests.add(Descriptor.from(manifest, source)));
    return new ImageIndex(manifests, Json.stringMap(node.path("annotations")));
  }

  /**
   * Finds the manifest for a platform.
   *
   * @throws VerificationException if engines could choose different ones
   */
  public Optional<Descriptor> forPlatform(Platform platform, String source) {
    requireOne(doubts(platform), source);
    return manifests.stream().filter(manifest -> platform.equals(manifest.platform())).findFirst();
  }

  /**
   * Requires that an index that names platforms has at most one image for each supported platform.
   *
   * @throws VerificationException if engines could choose different ones
   */
  public void requireOneForEach(String source) {
    if (manifests.stream().anyMatch(each -> each.platform() != null)) {
      Platform.supported().forEach(each -> requireOne(doubts(each), source));
    }
  }

  private static void requireOne(List<String> doubts, String source) {
    if (!doubts.isEmpty()) {
      throw new VerificationException(
          source
              + ": can be read in two ways, "
              + doubts.get(0)
              + ". Build it again, or name one manifest by its digest.");
    }
  }

  /**
   * Returns the reasons why engines could choose different manifests for a platform: each engine
   * has its own rule to choose among several, and a manifest without a platform fits all.
   */
  public List<String> doubts(Platform platform) {
    List<String> doubts = new ArrayList<>();
    int fitting = 0;
    for (Descriptor manifest : manifests) {
      Platform stated = manifest.platform();
      if (stated == null) {
        doubts.add(manifest.digest() + " has no platform in it");
      } else if (stated.equals(platform)) {
        fitting++;
      } else if (!Platform.isPlain(stated)) {
        doubts.add("engines read " + stated + " as another platform's name");
      }
    }
    if (fitting > 1) {
      doubts.add(fitting + " images in it are for " + platform);
    }
    return List.copyOf(doubts);
  }

  /** Returns the manifests of images: all but attestations, which no machine runs. */
  public List<Descriptor> images() {
    return manifests.stream().filter(each -> !each.isForNoPlatform()).toList();
  }

  /** Returns the platforms of the images, for messages. */
  public String platformNames() {
    return images().stream()
        .map(each -> String.valueOf(each.platform()))
        .distinct()
        .collect(Collectors.joining(", "));
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
