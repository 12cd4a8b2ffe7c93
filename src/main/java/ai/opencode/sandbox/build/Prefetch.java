package ai.opencode.sandbox.build;

import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.concurrent.Ahead;
import java.io.IOException;
import java.util.concurrent.Callable;

/**
 * The results of a platform's stages, whose work may start in the background before they are
 * needed. Each result is made once. The failure of one that is never used is dropped.
 */
final class Prefetch implements AutoCloseable {

  private final Ahead<PlannedImage, ResolvedImage> resolved = new Ahead<>();
  private final Ahead<PlannedImage, LayeredImage> layered = new Ahead<>();
  private final Ahead<PlannedImage, PlannedImage> descendants = new Ahead<>();

  /** Work that only starts other work. */
  interface Beginning {
    void begin() throws IOException;
  }

  ResolvedImage resolved(PlannedImage planned, Callable<ResolvedImage> work) throws IOException {
    return resolved.get(planned, work);
  }

  LayeredImage layered(PlannedImage planned, Callable<LayeredImage> work) throws IOException {
    return layered.get(planned, work);
  }

  void beginLayered(PlannedImage planned, Callable<LayeredImage> work) {
    layered.begin(planned, work);
  }

  /** Runs work in the background that starts work for the descendants of an image. */
  void beginDescendants(PlannedImage planned, Beginning work) {
    descendants.begin(
        planned,
        () -> {
          work.begin();
          return planned;
        });
  }

  /** Ends all background work. Work that starts other work is ended first. */
  @Override
  public void close() {
    layered.close();
    descendants.close();
    resolved.close();
  }
}
