package ai.opencode.sandbox.image;

import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.oci.Digest;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What an image says about itself (image-spec, annotations.md), as labels and as annotations. */
final class Labels {

  /** Where an image's inputs came from; a stand-in image is not for publishing. */
  static final String UPSTREAM = "ai.opencode.sandbox.upstream";

  private static final String OCI = "org.opencontainers.image.";

  private Labels() {}

  static SortedMap<String, String> of(
      ImageDefinition definition,
      String version,
      String upstream,
      String baseName,
      Digest baseDigest) {
    SortedMap<String, String> labels = new TreeMap<>();
    labels.put(OCI + "title", definition.name());
    labels.put(OCI + "description", definition.description());
    labels.put(OCI + "version", version);
    labels.put(OCI + "source", "https://github.com/opencode-ai/opencode-sandbox-images");
    labels.put(OCI + "licenses", "Apache-2.0");
    labels.put(OCI + "base.name", baseName);
    labels.put(OCI + "base.digest", baseDigest.toString());
    labels.put(UPSTREAM, upstream);
    labels.putAll(definition.labels());
    return labels;
  }

  /** The ones that also belong on manifests and indexes: all but what only this product reads. */
  static Map<String, String> annotations(Map<String, String> labels) {
    SortedMap<String, String> annotations = new TreeMap<>(labels);
    annotations.keySet().removeIf(key -> !key.startsWith(OCI) && !key.equals(UPSTREAM));
    return annotations;
  }
}
