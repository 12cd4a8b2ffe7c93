package ai.opencode.sandbox;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An image that is finished, whoever made it and wherever it is.
 *
 * @param name what it is called in a registry
 * @param version from its label; empty where it has none
 * @param publishable whether it may leave this machine
 * @param blobs has all of its content
 * @param root index, or the manifest of an image for one platform
 */
public record StoredImage(
    String name, String version, boolean publishable, BlobStore blobs, Descriptor root) {

  private static final String TITLE = "org.opencontainers.image.title";
  private static final String VERSION = "org.opencontainers.image.version";
  private static final String UPSTREAM = "ai.opencode.sandbox.upstream";
  private static final String STAND_IN = "stand-in";

  static StoredImage of(BuiltImage image, BlobStore blobs) {
    return new StoredImage(
        image.name(), image.version(), image.publishable(), blobs, image.index());
  }

  /**
   * Reads what an image says about itself: the labels of all its platforms.
   *
   * @param name empty for its title
   * @throws VerificationException where content is missing, damaged, or of two versions at once
   */
  public static StoredImage read(String name, BlobStore blobs, Descriptor root) throws IOException {
    Set<String> versions = new LinkedHashSet<>();
    String title = "";
    boolean publishable = true;
    for (Descriptor manifest : manifests(blobs, root)) {
      Map<String, String> labels = labels(blobs, manifest);
      // Attestations stand in an index like images, and say nothing about a version.
      if (!labels.isEmpty()) {
        versions.add(labels.getOrDefault(VERSION, ""));
        title = labels.getOrDefault(TITLE, title);
      }
      publishable &= !STAND_IN.equals(labels.get(UPSTREAM));
    }
    if (versions.size() > 1) {
      throw new VerificationException(
          name
              + " is of several versions, "
              + String.join(" and ", versions)
              + ", one for each platform; build it for all of them at once");
    }
    String version = versions.isEmpty() ? "" : versions.iterator().next();
    return new StoredImage(name.isEmpty() ? title : name, version, publishable, blobs, root);
  }

  private static List<Descriptor> manifests(BlobStore blobs, Descriptor root) throws IOException {
    if (!MediaType.isIndex(root.mediaType())) {
      return List.of(root);
    }
    List<Descriptor> manifests = new ArrayList<>();
    for (Descriptor each : ImageIndex.parse(blobs.read(root.digest()), "the index").manifests()) {
      if (MediaType.isManifest(each.mediaType())) {
        manifests.add(each);
      }
    }
    return manifests;
  }

  private static Map<String, String> labels(BlobStore blobs, Descriptor manifest)
      throws IOException {
    String where = "manifest " + manifest.digest();
    Descriptor config = Manifest.parse(blobs.read(manifest.digest()), where).config();
    return config.mediaType().equals(MediaType.CONFIG)
            || config.mediaType().equals(MediaType.DOCKER_CONFIG)
        ? ImageConfig.parse(blobs.read(config.digest()), where).labels()
        : Map.of();
  }
}
