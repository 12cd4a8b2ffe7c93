/**
 * Starts one hardened container through the API of Docker or Podman, with mounts that were judged
 * before ({@link SandboxRun}).
 */
@NullMarked
package ai.opencode.sandbox.run;

import org.jspecify.annotations.NullMarked;
