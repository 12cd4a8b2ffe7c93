/**
 * The run of a hardened container through the API of Docker or Podman, with mounts that are checked
 * before ({@link SandboxRun}).
 */
@Internal
@NullMarked
package ai.opencode.sandbox.run;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
