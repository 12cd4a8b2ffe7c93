/**
 * The command line: the only place with standard output and exit codes. Commands turn options into
 * the values of the packages below and hand over.
 */
@NullMarked
package ai.opencode.sandbox.cli;

import org.jspecify.annotations.NullMarked;
