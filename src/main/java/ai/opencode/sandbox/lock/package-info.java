/** The lock file: which inputs, exactly, images are made from. */
@NullMarked
package ai.opencode.sandbox.lock;

import org.jspecify.annotations.NullMarked;
