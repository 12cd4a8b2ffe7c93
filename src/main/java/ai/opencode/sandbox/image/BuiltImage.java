package ai.opencode.sandbox.image;

import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.stability.Api;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A finished image for one or several platforms, in the cache.
 *
 * @param name the name of the image's definition
 * @param version the version that the image is labelled with
 * @param upstream the source of the image's packages and base image
 * @param index the index that lists the image of each platform
 */
@Api
public record BuiltImage(
    String name,
    String version,
    UpstreamKind upstream,
    Descriptor index,
    List<BuiltPlatform> platforms) {

  /**
   * An image for one platform.
   *
   * @param image the image's manifest and layers
   * @param contents the packages and base image that the image is made from; empty for an image
   *     that a caller finished with Jib
   * @param attestation the entry of the index with the statements about the image; empty if it has
   *     none
   * @param millis the time that the build of the image took, in milliseconds
   */
  public record BuiltPlatform(
      FinishedImage image,
      Optional<ImageContents> contents,
      Optional<Descriptor> attestation,
      long millis) {

    /** Returns the manifest, with its platform. */
    public Descriptor manifest() {
      return image.manifest();
    }

    public Platform platform() {
      return Objects.requireNonNull(manifest().platform());
    }

    /** Returns all layers of the image, lowest first. */
    public List<ImageLayer> layers() {
      return image.layers();
    }

    /** Returns all packages of the image, those of its base and its parents included. */
    public ImageSoftware software() {
      return image.software();
    }

    public ImageSizes sizes() {
      return image.sizes();
    }

    /** Returns the layers as the manifest lists them, lowest first. */
    public List<Descriptor> blobs() {
      return image.blobs();
    }
  }

  public BuiltImage {
    platforms = List.copyOf(platforms);
  }

  /** Returns the digest by which registries and layouts name the image: that of the index. */
  public Digest digest() {
    return index.digest();
  }

  /**
   * Returns the layers of packages that the image adds to the one that it is based on, of all
   * platforms, without repetition.
   */
  public List<PlannedLayer> planned() {
    return platforms.stream()
        .flatMap(each -> each.layers().stream())
        .flatMap(each -> each.planned().stream())
        .distinct()
        .toList();
  }

  /** Returns whether the image may be published. */
  public boolean publishable() {
    return upstream.mayLeave();
  }
}
