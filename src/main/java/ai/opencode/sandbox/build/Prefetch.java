package ai.opencode.sandbox.build;

import ai.opencode.sandbox.build.BuildPlan.Node;
import ai.opencode.sandbox.concurrent.Ahead;
import java.io.IOException;
import java.util.concurrent.Callable;

/**
 * Results of stages that may begin before they are needed. Each is made once, at its first use; the
 * failure of one that is never used is dropped.
 */
final class Prefetch implements AutoCloseable {

  private final Ahead<Node, ResolvedImage> resolved = new Ahead<>();
  private final Ahead<Node, LayeredImage> layered = new Ahead<>();
  private final Ahead<Node, Node> descendants = new Ahead<>();

  /** Work that only serves to begin other work. */
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

  /** Begins what the descendants of an image need, beside the work on the image itself. */
  void beginDescendants(Node node, Beginning work) {
    descendants.begin(
        node,
        () -> {
          work.begin();
          return node;
        });
  }

  /** Ends what is under way: first the work that begins other work. */
  @Override
  public void close() {
    layered.close();
    descendants.close();
    resolved.close();
  }
}
