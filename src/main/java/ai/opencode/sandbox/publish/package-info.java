/** Targets, and how finished images are delivered to each kind of them. */
@Internal
@NullMarked
package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
