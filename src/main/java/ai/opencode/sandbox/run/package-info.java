/**
 * Containers with as little power as possible. {@link SecurityOptions} says what a container may
 * do; it is written out for whoever starts containers some other way ({@link ExportFormat}), and
 * {@link SandboxRun} starts one itself, through the API of Docker or Podman.
 */
@NullMarked
package ai.opencode.sandbox.run;

import org.jspecify.annotations.NullMarked;
