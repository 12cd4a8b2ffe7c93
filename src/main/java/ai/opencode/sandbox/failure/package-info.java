/**
 * Failures, one type for each exit code of the command line. A message says what failed and why,
 * and then what to do.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
