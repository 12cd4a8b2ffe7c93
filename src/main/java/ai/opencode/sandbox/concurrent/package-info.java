/** Concurrent tasks and their orderly end, and temporary files. */
@Internal
@NullMarked
package ai.opencode.sandbox.concurrent;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
