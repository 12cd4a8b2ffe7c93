/** Doing several things at once. */
@NullMarked
package ai.opencode.sandbox.concurrent;

import org.jspecify.annotations.NullMarked;
