/**
 * Image definitions, as immutable values, which may hold contents of files but read none later. A
 * definition names packages; the lock file decides their versions.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
