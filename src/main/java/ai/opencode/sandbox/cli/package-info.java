/** The program {@code opencode-sandbox}; standard output and exit codes are used only here. */
@Internal
@NullMarked
package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
