/** Doing several things at once, and ending all of them. */
@Internal
@NullMarked
package ai.opencode.sandbox.concurrent;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
