/**
 * The options of a hardened container ({@link SecurityOptions}) and their exports for programs that
 * start containers in another way ({@link ExportFormat}).
 */
@NullMarked
package ai.opencode.sandbox.security;

import org.jspecify.annotations.NullMarked;
