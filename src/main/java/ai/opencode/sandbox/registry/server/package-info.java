/**
 * A registry inside this process (distribution-spec 1.1) that serves and accepts content on
 * loopback.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.registry.server;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
