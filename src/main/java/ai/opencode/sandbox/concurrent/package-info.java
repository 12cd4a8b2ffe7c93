/** Doing several things at once, and ending all of them. */
@NullMarked
package ai.opencode.sandbox.concurrent;

import org.jspecify.annotations.NullMarked;
