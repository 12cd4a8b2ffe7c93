package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Checks that labels and annotations are complete and agree with each other. */
final class LabelCheck implements Check {

  private static final String INDEX = "index";

  private static final String OCI = "org.opencontainers.image.";
  private static final List<String> REQUIRED =
      List.of(
          OCI + "base.digest",
          OCI + "base.name",
          OCI + "description",
          OCI + "licenses",
          OCI + "source",
          OCI + "title",
          OCI + "version",
          Examined.UPSTREAM);

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "annotations", "annotations of manifest and index agree with the labels",
        "labels", "the labels are complete");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    Map<String, String> labels = image.config().labels();
    if (image.contract().sandbox()) {
      labels(image, labels, flaws);
    }
    annotations("manifest", image.image().annotations().manifest(), labels, image, flaws);
    annotations(INDEX, image.image().annotations().index(), labels, image, flaws);
  }

  private static void labels(Examined image, Map<String, String> labels, Flaws flaws) {
    for (String name : REQUIRED) {
      if (labels.getOrDefault(name, "").isBlank()) {
        flaws.add("labels", name, "there is no such label");
      }
    }
    String title = labels.get(OCI + "title");
    String wanted = image.contract().title();
    if (title != null && wanted != null && !title.equals(wanted)) {
      flaws.add("labels", OCI + "title", "it is \"" + title + "\", not \"" + wanted + "\"");
    }
    String digest = labels.get(OCI + "base.digest");
    if (digest != null && !Digest.isDigest(digest)) {
      flaws.add("labels", OCI + "base.digest", "\"" + digest + "\" is not a digest");
    }
    String upstream = labels.get(Examined.UPSTREAM);
    if (upstream != null && UpstreamKind.of(upstream).isEmpty()) {
      flaws.add("labels", Examined.UPSTREAM, "\"" + upstream + "\" is none of " + kinds());
    }
  }

  private static Set<String> kinds() {
    Set<String> kinds = new TreeSet<>();
    for (UpstreamKind kind : UpstreamKind.values()) {
      kinds.add(kind.toString());
    }
    return kinds;
  }

  private static void annotations(
      String document,
      @Nullable Map<String, String> annotations,
      Map<String, String> labels,
      Examined image,
      Flaws flaws) {
    if (annotations == null) {
      return;
    }
    TreeSet<String> names = new TreeSet<>(annotations.keySet());
    if (image.contract().sandbox()) {
      names.addAll(REQUIRED);
    }
    for (String name : names) {
      String label = labels.get(name);
      String annotation = annotations.get(name);
      boolean ours = name.startsWith(OCI) || name.equals(Examined.UPSTREAM);
      if (!ours || Objects.equals(label, annotation)) {
        continue;
      }
      // The stand-in's base image is another one for each platform; an index names the first.
      if (document.equals(INDEX)
          && name.equals(OCI + "base.digest")
          && "stand-in".equals(labels.get(Examined.UPSTREAM))) {
        continue;
      }
      if (!image.contract().sandbox() && label == null) {
        continue;
      }
      flaws.add(
          "annotations",
          document + " " + name,
          (annotation == null ? "there is none" : "it is \"" + annotation + "\"")
              + ", the label "
              + (label == null ? "is missing" : "is \"" + label + "\""));
    }
  }
}
