/** The program {@code opencode-sandbox}: the only place with standard output and exit codes. */
@NullMarked
package ai.opencode.sandbox.cli;

import org.jspecify.annotations.NullMarked;
