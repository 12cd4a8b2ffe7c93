/** Targets of each kind, and the delivery of finished images to them. */
@Internal
@NullMarked
package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
