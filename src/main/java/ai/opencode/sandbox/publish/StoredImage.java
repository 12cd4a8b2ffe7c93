package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.upstream.Upstream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * An image that is finished, whoever made it and wherever it is.
 *
 * @param name what it is called in a registry
 * @param version from its label; empty where it has none
 * @param upstream from its label; empty where it has none
 * @param publishable whether it may leave this machine
 * @param blobs has all of its content
 * @param root index, or the manifest of an image for one platform
 */
public record StoredImage(
    String name,
    String version,
    String upstream,
    boolean publishable,
    BlobStore blobs,
    Descriptor root) {

  private static final Set<String> STAYING = Set.of(Upstream.STAND_IN, Upstream.ARCHIVE);

  private static final int MOST_INDEXES = 100;

  public static StoredImage of(BuiltImage image, BlobStore blobs) {
    return new StoredImage(
        image.name(), image.version(), image.upstream(), image.publishable(), blobs, image.index());
  }

  /**
   * Reads what an image says about itself: the labels of all its platforms. Where one of them says,
   * anywhere, that it must not leave this machine, none may.
   *
   * @param name empty for its title
   * @throws VerificationException where content is missing, damaged, or of two versions at once
   */
  public static StoredImage read(String name, BlobStore blobs, Descriptor root) throws IOException {
    Set<String> versions = new LinkedHashSet<>();
    String title = "";
    Set<String> upstreams = new TreeSet<>();
    for (Descriptor manifest : manifests(blobs, root, upstreams)) {
      Map<String, String> labels = labels(blobs, manifest);
      // Attestations stand in an index like images, and say nothing about a version.
      if (!labels.isEmpty()) {
        versions.add(labels.getOrDefault(Annotations.VERSION, ""));
        title = labels.getOrDefault(Annotations.TITLE, title);
      }
      note(labels, upstreams);
      note(document(blobs, manifest).annotations(), upstreams);
    }
    if (versions.size() > 1) {
      throw new VerificationException(
          name
              + " is of several versions, "
              + String.join(" and ", versions)
              + ", one for each platform; build it for all of them at once");
    }
    String version = versions.isEmpty() ? "" : versions.iterator().next();
    String upstream =
        upstreams.stream()
            .filter(STAYING::contains)
            .findFirst()
            .orElse(upstreams.isEmpty() ? "" : upstreams.iterator().next());
    return new StoredImage(
        name.isEmpty() ? title : name, version, upstream, !STAYING.contains(upstream), blobs, root);
  }

  private static void note(Map<String, String> words, Set<String> upstreams) {
    String upstream = words.getOrDefault(Annotations.UPSTREAM, "").strip().toLowerCase(Locale.ROOT);
    if (!upstream.isEmpty()) {
      upstreams.add(upstream);
    }
  }

  /** The manifests of an image, of indexes in its index too. */
  private static Set<Descriptor> manifests(BlobStore blobs, Descriptor root, Set<String> upstreams)
      throws IOException {
    Set<Descriptor> manifests = new LinkedHashSet<>();
    Set<Digest> seen = new HashSet<>();
    Deque<Descriptor> open = new ArrayDeque<>(List.of(root));
    while (!open.isEmpty()) {
      Descriptor next = open.remove();
      note(next.annotations(), upstreams);
      if (!MediaType.isIndex(next.mediaType())) {
        manifests.add(next);
      } else if (seen.add(next.digest())) {
        if (seen.size() > MOST_INDEXES) {
          throw new VerificationException(
              root.digest()
                  + " holds more than "
                  + MOST_INDEXES
                  + " indexes; publish its images one by one");
        }
        ImageIndex index = ImageIndex.parse(blobs.read(next.digest()), "the index");
        note(index.annotations(), upstreams);
        index.manifests().stream()
            .filter(
                each ->
                    MediaType.isManifest(each.mediaType()) || MediaType.isIndex(each.mediaType()))
            .forEach(open::add);
      }
    }
    return manifests;
  }

  private static Manifest document(BlobStore blobs, Descriptor manifest) throws IOException {
    return Manifest.parse(blobs.read(manifest.digest()), "manifest " + manifest.digest());
  }

  private static Map<String, String> labels(BlobStore blobs, Descriptor manifest)
      throws IOException {
    String where = "manifest " + manifest.digest();
    Descriptor config = document(blobs, manifest).config();
    return config.mediaType().equals(MediaType.CONFIG)
            || config.mediaType().equals(MediaType.DOCKER_CONFIG)
        ? ImageConfig.parse(blobs.read(config.digest()), where).labels()
        : Map.of();
  }
}
