/** Images as archive files for other programs. */
@Internal
@NullMarked
package ai.opencode.sandbox.export;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
