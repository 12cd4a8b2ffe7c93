package ai.opencode.sandbox.run;

import ai.opencode.sandbox.engine.ContainerStreams;
import ai.opencode.sandbox.stability.Api;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The streams of the caller that a container's standard streams are connected with. A run closes
 * none of them.
 *
 * @param in the container's standard input; another thread reads it to its end, and may still be
 *     waiting for input when the run has ended
 * @param out receives the container's standard output; with a terminal, all output
 * @param err receives the container's standard error
 */
@Api
public record RunStreams(InputStream in, OutputStream out, OutputStream err) {

  /** Returns streams with an empty input, which discard all output. */
  public static RunStreams none() {
    return new RunStreams(
        InputStream.nullInputStream(),
        OutputStream.nullOutputStream(),
        OutputStream.nullOutputStream());
  }

  public RunStreams withIn(InputStream newIn) {
    return new RunStreams(newIn, out, err);
  }

  public RunStreams withOut(OutputStream newOut) {
    return new RunStreams(in, newOut, err);
  }

  public RunStreams withErr(OutputStream newErr) {
    return new RunStreams(in, out, newErr);
  }

  ContainerStreams ofEngine() {
    return new ContainerStreams(in, out, err);
  }
}
