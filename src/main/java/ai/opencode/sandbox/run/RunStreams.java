package ai.opencode.sandbox.run;

import ai.opencode.sandbox.engine.ContainerStreams;
import ai.opencode.sandbox.stability.Api;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The standard streams of a container. None of them is closed. With a terminal, all output is in
 * {@code out}.
 *
 * @param in read to its end by another thread, which may still wait in it when the run has ended
 */
@Api
public record RunStreams(InputStream in, OutputStream out, OutputStream err) {

  /** Returns an empty input, and discards all output. */
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
