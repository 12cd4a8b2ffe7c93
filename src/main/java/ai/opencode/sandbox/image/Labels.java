package ai.opencode.sandbox.image;

import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What an image says about itself (image-spec, annotations.md), as labels and as annotations. */
public final class Labels {

  private Labels() {}

  /**
   * The labels of an image.
   *
   * @param upstream that its inputs came from
   */
  public static SortedMap<String, String> of(
      ImageDefinition definition,
      String version,
      UpstreamKind upstream,
      String baseName,
      Digest baseDigest) {
    SortedMap<String, String> labels = new TreeMap<>();
    labels.put(Annotations.TITLE, definition.name());
    labels.put(Annotations.DESCRIPTION, definition.description());
    labels.put(Annotations.VERSION, version);
    labels.put(Annotations.SOURCE, "https://github.com/opencode-ai/opencode-sandbox-images");
    labels.put(Annotations.LICENSES, "Apache-2.0");
    labels.put(Annotations.BASE_NAME, baseName);
    labels.put(Annotations.BASE_DIGEST, baseDigest.toString());
    labels.putAll(definition.labels());
    // No definition says of itself where its inputs came from.
    labels.put(Annotations.UPSTREAM, upstream.toString());
    return labels;
  }

  /** Adds labels to a recipe, with the annotations that follow from them. */
  public static void add(Recipe to, SortedMap<String, String> labels) {
    to.add(labels).add(annotations(labels));
  }

  /** The digest that an image's manifest would have if it did not say which version it is. */
  static Digest versionless(Manifest manifest, ImageConfig config) {
    byte[] json = config.withLabels(withoutVersion(config.labels())).toJson();
    Descriptor described = Descriptor.of(MediaType.CONFIG, Digest.sha256(json), json.length);
    return Digest.sha256(
        new Manifest(described, manifest.layers(), withoutVersion(manifest.annotations()))
            .toJson());
  }

  private static Map<String, String> withoutVersion(Map<String, String> labels) {
    Map<String, String> others = new TreeMap<>(labels);
    others.remove(Annotations.VERSION);
    return others;
  }

  /** The ones that also belong on manifests and indexes: all but what only this product reads. */
  static SortedMap<String, String> annotations(Map<String, String> labels) {
    SortedMap<String, String> annotations = new TreeMap<>(labels);
    annotations
        .keySet()
        .removeIf(key -> !key.startsWith(Annotations.OCI) && !key.equals(Annotations.UPSTREAM));
    return annotations;
  }
}
