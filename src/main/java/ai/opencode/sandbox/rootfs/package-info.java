/** The file system that layers give, as a value, with the few file contents that a build reads. */
@NullMarked
package ai.opencode.sandbox.rootfs;

import org.jspecify.annotations.NullMarked;
