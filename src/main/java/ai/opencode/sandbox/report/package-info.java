/** What a build tells whoever watches it. */
@Internal
@NullMarked
package ai.opencode.sandbox.report;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
