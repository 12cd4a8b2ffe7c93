/**
 * The options of a hardened container ({@link SecurityOptions}) and their exports for programs that
 * start containers in another way ({@link ExportFormat}).
 */
@Internal
@NullMarked
package ai.opencode.sandbox.security;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
