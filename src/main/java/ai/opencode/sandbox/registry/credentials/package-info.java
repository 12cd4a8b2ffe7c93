/**
 * Credentials of registries: variables, Maven's settings, and, through Jib, the files and helpers
 * of Docker and Podman.
 */
@NullMarked
package ai.opencode.sandbox.registry.credentials;

import org.jspecify.annotations.NullMarked;
