/** The program {@code opencode-sandbox}: the only place with standard output and exit codes. */
@Internal
@NullMarked
package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
