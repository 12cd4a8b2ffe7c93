/**
 * The kinds of failure that a caller may want to distinguish. A message says what failed and why,
 * then how to fix it; the command line turns the type into its exit code.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
