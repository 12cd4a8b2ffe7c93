/**
 * The file system that layers produce, as a value, with the few file contents that a build reads.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.rootfs;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
