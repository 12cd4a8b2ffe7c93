package ai.opencode.sandbox.image;

import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.WritableLabel;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The metadata of an image (image-spec, annotations.md), as labels and as annotations. */
public final class Labels {

  private Labels() {}

  /**
   * Returns the labels of an image.
   *
   * @param upstream the source of its inputs
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
    labels.put(Annotations.SOURCE, Annotations.PROJECT);
    labels.put(Annotations.LICENSES, "Apache-2.0");
    labels.put(Annotations.BASE_NAME, baseName);
    labels.put(Annotations.BASE_DIGEST, baseDigest.toString());
    labels.putAll(definition.labels());
    labels.remove(Annotations.WRITABLE);
    // These labels are set last, so that no definition can replace them.
    labels.put(Annotations.UPSTREAM, upstream.toString());
    WritableLabel.of(definition).ifPresent(value -> labels.put(Annotations.WRITABLE, value));
    return labels;
  }

  /** Adds labels to a recipe, with the annotations that derive from them. */
  public static void add(Recipe to, SortedMap<String, String> labels) {
    to.add(labels).add(annotations(labels));
  }

  /** Returns the digest that an image's manifest would have without a version. */
  static Digest versionless(Manifest manifest, ImageConfig config) {
    byte[] json =
        config.withLabels(withoutVersion(config.labels())).withCreated(Instant.EPOCH).toJson();
    Descriptor described = Descriptor.of(MediaType.CONFIG, Digest.sha256(json), json.length);
    return Digest.sha256(
        new Manifest(described, manifest.layers(), withoutVersion(manifest.annotations()))
            .toJson());
  }

  /** Returns the labels that are equal for all versions. */
  public static SortedMap<String, String> withoutVersion(Map<String, String> labels) {
    SortedMap<String, String> others = new TreeMap<>(labels);
    others.remove(Annotations.VERSION);
    return others;
  }

  /**
   * Returns the labels that manifests and indexes have too: all but those of this product alone.
   */
  static SortedMap<String, String> annotations(Map<String, String> labels) {
    SortedMap<String, String> annotations = new TreeMap<>(labels);
    annotations
        .keySet()
        .removeIf(key -> !key.startsWith(Annotations.OCI) && !key.equals(Annotations.UPSTREAM));
    return annotations;
  }
}
