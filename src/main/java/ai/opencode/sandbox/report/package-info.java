/** Messages about a build's progress, and harmless output of text from outside. */
@Internal
@NullMarked
package ai.opencode.sandbox.report;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
