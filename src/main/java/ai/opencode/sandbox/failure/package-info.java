/**
 * What can go wrong, in the six ways a caller may want to tell apart. A message is one sentence
 * that says what failed, where, and what to do about it; the command line turns the type into its
 * exit code.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
