package ai.opencode.sandbox.engine;

import java.io.InputStream;
import java.io.OutputStream;

/** The ends of a container's standard streams in this process. */
public record ContainerStreams(InputStream in, OutputStream out, OutputStream err) {}
