/** Tasks that run at the same time, and their orderly end. */
@Internal
@NullMarked
package ai.opencode.sandbox.concurrent;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
