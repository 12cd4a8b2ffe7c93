/** The lock file, which names the exact inputs of images, and the comparison of two locks. */
@Internal
@NullMarked
package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
