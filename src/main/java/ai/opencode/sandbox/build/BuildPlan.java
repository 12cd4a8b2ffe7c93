package ai.opencode.sandbox.build;

import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.ImageKey;
import ai.opencode.sandbox.oci.Platform;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The requested images of a build, for each of its platforms.
 *
 * @param images the images, in the order of the request
 */
record BuildPlan(List<Platform> platforms, List<RequestedImage> images) {

  /**
   * A requested image.
   *
   * @param platforms the image for each platform of the plan, in their order
   */
  record RequestedImage(ImageDefinition definition, List<PlannedImage> platforms) {

    RequestedImage {
      platforms = List.copyOf(platforms);
    }
  }

  /**
   * An image for a platform.
   *
   * @param parent the image that it is based on; null for one that is based on the base image
   */
  record PlannedImage(
      Platform platform, ImageDefinition definition, @Nullable PlannedImage parent) {

    String name() {
      return definition.name();
    }

    /** Returns the image's identity in a lock. */
    ImageKey key() {
      return new ImageKey(name(), platform);
    }

    /** Returns a name for messages: {@code opencode-sandbox-base for linux/amd64}. */
    String label() {
      return key().toString();
    }
  }

  BuildPlan {
    platforms = List.copyOf(platforms);
    images = List.copyOf(images);
  }

  /**
   * Creates the plan for some definitions, each on every platform; a repeated one counts once.
   *
   * @throws UsageException if images or their parents have equal names and different definitions,
   *     because a lock and a target have one image of a name
   */
  static BuildPlan of(List<ImageDefinition> definitions, List<Platform> requested) {
    List<Platform> platforms = requested.stream().distinct().toList();
    requireDistinctNames(definitions);
    Map<Platform, Map<ImageDefinition, PlannedImage>> known = new HashMap<>();
    List<RequestedImage> images = new ArrayList<>();
    for (ImageDefinition definition : definitions) {
      List<PlannedImage> planned = new ArrayList<>();
      for (Platform platform : platforms) {
        planned.add(
            planned(
                definition, platform, known.computeIfAbsent(platform, each -> new HashMap<>())));
      }
      images.add(new RequestedImage(definition, planned));
    }
    return new BuildPlan(platforms, images);
  }

  private static void requireDistinctNames(List<ImageDefinition> definitions) {
    Map<String, ImageDefinition> byName = new HashMap<>();
    for (ImageDefinition definition : definitions) {
      for (ImageDefinition each = definition; each != null; each = each.parent()) {
        ImageDefinition other = byName.putIfAbsent(each.name(), each);
        if (other != null && !other.equals(each)) {
          throw new UsageException(
              "Two different images have the name "
                  + each.name()
                  + ". Give each its own name, because a lock and a registry have one image of a"
                  + " name.");
        }
      }
    }
  }

  private static PlannedImage planned(
      ImageDefinition definition, Platform platform, Map<ImageDefinition, PlannedImage> known) {
    PlannedImage planned = known.get(definition);
    if (planned == null) {
      ImageDefinition parent = definition.parent();
      planned =
          new PlannedImage(
              platform, definition, parent == null ? null : planned(parent, platform, known));
      known.put(definition, planned);
    }
    return planned;
  }

  /** Returns the requested images for one platform. */
  List<PlannedImage> on(Platform platform) {
    if (!platforms.contains(platform)) {
      throw new IllegalArgumentException(platform + " is not a platform of this plan");
    }
    return images.stream()
        .flatMap(each -> each.platforms().stream())
        .filter(each -> each.platform().equals(platform))
        .toList();
  }

  /** Returns the requested images that are based directly on an image. */
  List<PlannedImage> childrenOf(PlannedImage parent) {
    return on(parent.platform()).stream().filter(each -> parent.equals(each.parent())).toList();
  }

  /** Returns the requested images that have a parent. */
  List<PlannedImage> withParents(Platform platform) {
    return on(platform).stream().filter(each -> each.parent() != null).toList();
  }
}
