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
record BuildPlan(Map<Platform, List<Node>> images) {

  /**
   * An image for a platform.
   *
   * @param parent the image that it is based on; null for one that is based on the base image
   */
  record Node(Platform platform, ImageDefinition definition, @Nullable Node parent) {

    String name() {
      return definition.name();
    }

    /** Returns a name for messages: {@code opencode-sandbox-base for linux/amd64}. */
    String label() {
      return name() + " for " + platform;
    }
  }

  BuildPlan {
    Map<Platform, List<Node>> copy = new LinkedHashMap<>();
    images.forEach((platform, nodes) -> copy.put(platform, List.copyOf(nodes)));
    images = copy;
  }

  /** Creates the plan for some definitions, each on every platform. */
  static BuildPlan of(List<ImageDefinition> definitions, List<Platform> platforms) {
    Map<Platform, List<Node>> images = new LinkedHashMap<>();
    for (Platform platform : platforms) {
      Map<ImageDefinition, Node> known = new LinkedHashMap<>();
      List<Node> nodes = new ArrayList<>();
      definitions.forEach(definition -> nodes.add(node(definition, platform, known)));
      images.put(platform, nodes);
    }
    return new BuildPlan(images);
  }

  private static Node node(
      ImageDefinition definition, Platform platform, Map<ImageDefinition, Node> known) {
    Node node = known.get(definition);
    if (node == null) {
      ImageDefinition parent = definition.parent();
      node = new Node(platform, definition, parent == null ? null : node(parent, platform, known));
      known.put(definition, node);
    }
    return node;
  }

  List<Node> on(Platform platform) {
    return Objects.requireNonNull(images.get(platform), "a platform of this plan");
  }

  /** Returns the requested images that are based directly on an image. */
  List<Node> childrenOf(Node parent) {
    return on(parent.platform()).stream().filter(each -> parent.equals(each.parent())).toList();
  }

  /** Returns the requested images that have a parent. */
  List<Node> withParents(Platform platform) {
    return on(platform).stream().filter(each -> each.parent() != null).toList();
  }
}
