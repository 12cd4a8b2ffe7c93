package ai.opencode.sandbox.build;

import ai.opencode.sandbox.build.BuildPlan.Node;
import ai.opencode.sandbox.concurrent.Ahead;
import java.io.IOException;
import java.util.concurrent.Callable;

/**
 * The results of a platform's stages, whose work may start in the background before they are
 * needed. Each result is made once. The failure of one that is never used is dropped.
 */
final class Prefetch implements AutoCloseable {

  private final Ahead<Node, ResolvedImage> resolved = new Ahead<>();
  private final Ahead<Node, LayeredImage> layered = new Ahead<>();
  private final Ahead<Node, Node> descendants = new Ahead<>();

  /** Work that only starts other work. */
  interface Beginning {
    void begin() throws IOException;
  }

  ResolvedImage resolved(Node node, Callable<ResolvedImage> work) throws IOException {
    return resolved.get(node, work);
  }

  LayeredImage layered(Node node, Callable<LayeredImage> work) throws IOException {
    return layered.get(node, work);
  }

  void beginLayered(Node node, Callable<LayeredImage> work) {
    layered.begin(node, work);
  }

  /** Runs work in the background that starts work for the descendants of an image. */
  void beginDescendants(Node node, Beginning work) {
    descendants.begin(
        node,
        () -> {
          work.begin();
          return node;
        });
  }

  /** Ends all background work, first that which starts other work. */
  @Override
  public void close() {
    layered.close();
    descendants.close();
    resolved.close();
  }
}
