/**
 * Image definitions as immutable values, without I/O and without decisions about layers. A
 * definition names packages; the lock file fixes their versions.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
