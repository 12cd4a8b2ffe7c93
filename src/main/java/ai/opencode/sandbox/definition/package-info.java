/**
 * What an image is to be, as immutable values: no network, no files, no decisions about layers. A
 * definition names packages; which versions they are is the lock file's business.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
