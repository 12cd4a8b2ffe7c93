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
import ai.opencode.sandbox.oci.Tag;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A finished image in a store of blobs, made by this program or by another one.
 *
 * @param name the image's name in a registry
 * @param version the version in the image's label; empty without label
 * @param upstream the upstream in the image's label; empty without label, or if another program
 *     made it
 * @param blobs the store with the image's content
 * @param root the index, or the manifest of an image for one platform
 * @param manifests the manifests of all platforms, each with its platform
 */
public record StoredImage(
    String name,
    String version,
    Optional<UpstreamKind> upstream,
    BlobStore blobs,
    Descriptor root,
    List<Descriptor> manifests) {

  private static final int MAX_INDEXES = 100;

  public StoredImage {
    manifests = List.copyOf(manifests);
  }

  public static StoredImage of(BuiltImage image, BlobStore blobs) {
    return new StoredImage(
        image.name(),
        image.version(),
        Optional.of(image.upstream()),
        blobs,
        image.index(),
        image.platforms().stream().map(BuiltImage.BuiltPlatform::manifest).toList());
  }

  /**
   * Reads the labels and annotations of an image and of its platforms. If one of them forbids that
   * the image leaves this machine, it holds for all platforms.
   *
   * @param name the image's name; if empty, the title in its labels is used
   * @throws VerificationException if content is missing or corrupt, or of several versions
   */
  public static StoredImage read(String name, BlobStore blobs, Descriptor root) throws IOException {
    Set<UpstreamKind> upstreams = EnumSet.noneOf(UpstreamKind.class);
    Set<String> versions = new LinkedHashSet<>();
    String title = "";
    List<Descriptor> images = new ArrayList<>();
    for (Descriptor each : manifests(blobs, root, upstreams)) {
      String where = "manifest " + each.digest();
      Manifest manifest = Manifest.parse(blobs.read(each.digest()), where);
      note(manifest.annotations(), upstreams);
      if (isImage(manifest)) {
        ImageConfig config = ImageConfig.parse(blobs.read(manifest.config().digest()), where);
        Map<String, String> labels = config.labels();
        note(labels, upstreams);
        // A manifest without labels is that of attestations, which have no version.
        if (!labels.isEmpty()) {
          versions.add(labels.getOrDefault(Annotations.VERSION, ""));
          title = labels.getOrDefault(Annotations.TITLE, title);
        }
        if (!config.platform().isNone()) {
          images.add(each.withPlatform(config.platform()));
        }
      }
    }
    return new StoredImage(
        name.isEmpty() ? title : name,
        only(versions, name),
        upstreams.stream().max(Comparator.naturalOrder()),
        blobs,
        root,
        images);
  }

  private static String only(Set<String> versions, String name) {
    if (versions.size() > 1) {
      throw new VerificationException(
          name
              + " is of several versions, "
              + String.join(" and ", versions)
              + ", one for each platform. Build it for all platforms at once.");
    }
    String version = versions.isEmpty() ? "" : versions.iterator().next();
    if (!version.isEmpty() && !Tag.isValid(version)) {
      throw new VerificationException(
          (name.isEmpty() ? "The image" : name)
              + " has the version label \""
              + version
              + "\", which cannot be a tag. Build it again with --image-version.");
    }
    return version;
  }

  private static boolean isImage(Manifest manifest) {
    String type = manifest.config().mediaType();
    return type.equals(MediaType.CONFIG) || type.equals(MediaType.DOCKER_CONFIG);
  }

  /** Returns the index or manifest of each image, by the image's name. */
  static Map<String, Descriptor> byName(List<StoredImage> images) {
    Map<String, Descriptor> byName = new TreeMap<>();
    images.forEach(image -> byName.put(image.name(), image.root()));
    return byName;
  }

  /**
   * Returns the store that has the content of all images.
   *
   * @throws IllegalArgumentException if they are in several stores
   */
  static BlobStore store(List<StoredImage> images) {
    List<BlobStore> stores = images.stream().map(StoredImage::blobs).distinct().toList();
    if (stores.size() != 1) {
      throw new IllegalArgumentException(
          "Images for one target must come from one store, not from " + stores.size());
    }
    return stores.get(0);
  }

  private static void note(Map<String, String> words, Set<UpstreamKind> upstreams) {
    String word = words.getOrDefault(Annotations.UPSTREAM, "").strip().toLowerCase(Locale.ROOT);
    UpstreamKind.of(word).ifPresent(upstreams::add);
  }

  /** Returns the manifests of an image, also those in nested indexes. */
  private static Set<Descriptor> manifests(
      BlobStore blobs, Descriptor root, Set<UpstreamKind> upstreams) throws IOException {
    Set<Descriptor> manifests = new LinkedHashSet<>();
    Set<Digest> seen = new HashSet<>();
    Deque<Descriptor> open = new ArrayDeque<>(List.of(root));
    while (!open.isEmpty()) {
      Descriptor next = open.remove();
      note(next.annotations(), upstreams);
      if (!MediaType.isIndex(next.mediaType())) {
        manifests.add(next);
      } else if (seen.add(next.digest())) {
        if (seen.size() > MAX_INDEXES) {
          throw new VerificationException(
              root.digest()
                  + " holds more than "
                  + MAX_INDEXES
                  + " indexes. Publish its images one by one.");
        }
        ImageIndex index = ImageIndex.parse(blobs.read(next.digest()), "the index");
        index.requireOneForEach("the index " + next.digest());
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
}
