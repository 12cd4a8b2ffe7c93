package ai.opencode.sandbox.build;

import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.oci.Platform;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The requested images of a build, for each of its platforms.
 *
 * @param images by platform, in the order of the request
 */
record BuildPlan(Map<Platform, List<PlannedImage>> images) {

  /**
   * An image for a platform.
   *
   * @param parent the image that it is based on; null for one that is based on the base image
   */
  record PlannedImage(Platform platform, ImageDefinition definition, @Nullable PlannedImage parent) {

    String name() {
      return definition.name();
    }

    /** Returns a name for messages: {@code opencode-sandbox-base for linux/amd64}. */
    String label() {
      return name() + " for " + platform;
    }
  }

  BuildPlan {
    Map<Platform, List<PlannedImage>> copy = new LinkedHashMap<>();
    images.forEach((platform, planned) -> copy.put(platform, List.copyOf(planned)));
    images = copy;
  }

  /** Creates the plan for some definitions, each on every platform. */
  static BuildPlan of(List<ImageDefinition> definitions, List<Platform> platforms) {
    Map<Platform, List<PlannedImage>> images = new LinkedHashMap<>();
    for (Platform platform : platforms) {
      Map<ImageDefinition, PlannedImage> known = new LinkedHashMap<>();
      List<PlannedImage> all = new ArrayList<>();
      definitions.forEach(definition -> all.add(planned(definition, platform, known)));
      images.put(platform, all);
    }
    return new BuildPlan(images);
  }

  private static PlannedImage planned(
      ImageDefinition definition, Platform platform, Map<ImageDefinition, PlannedImage> known) {
    PlannedImage planned = known.get(definition);
    if (planned == null) {
      ImageDefinition parent = definition.parent();
      planned = new PlannedImage(platform, definition, parent == null ? null : planned(parent, platform, known));
      known.put(definition, planned);
    }
    return planned;
  }

  List<PlannedImage> on(Platform platform) {
    return Objects.requireNonNull(images.get(platform), "a platform of this plan");
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
