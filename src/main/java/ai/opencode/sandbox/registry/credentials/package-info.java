/**
 * Credentials of registries: variables, Maven's settings, and, through Jib, the files and helpers
 * of Docker and Podman.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.registry.credentials;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
