/** Images in files that other programs read. */
@Internal
@NullMarked
package ai.opencode.sandbox.export;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
