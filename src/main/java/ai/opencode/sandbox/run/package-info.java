/**
 * The run of a container with few privileges through the API of Docker or Podman, with checks of
 * all mounts before the start ({@link SandboxRun}).
 */
@Internal
@NullMarked
package ai.opencode.sandbox.run;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
