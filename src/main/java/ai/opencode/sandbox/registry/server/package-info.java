/**
 * A registry inside this process (distribution-spec 1.1) that serves and accepts content on
 * loopback.
 */
@NullMarked
package ai.opencode.sandbox.registry.server;

import org.jspecify.annotations.NullMarked;
