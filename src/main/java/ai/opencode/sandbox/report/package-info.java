/** The progress of a build, and plain text for terminals and logs. */
@Internal
@NullMarked
package ai.opencode.sandbox.report;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
