/**
 * The options of a hardened container ({@link SecurityOptions}) and their exports for other
 * programs that start containers ({@link ExportFormat}).
 */
@Internal
@NullMarked
package ai.opencode.sandbox.security;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
