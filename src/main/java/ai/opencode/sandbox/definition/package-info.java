/**
 * Image definitions, as immutable values without access to network or files. A definition names
 * packages; the lock file decides their versions.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
