/** Images in the files that other programs take. */
@Internal
@NullMarked
package ai.opencode.sandbox.export;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
