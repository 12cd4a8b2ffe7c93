/** The lock file: which inputs, exactly, images are made from. */
@Internal
@NullMarked
package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
