/**
 * How the network is reached: through which proxy, trusting whom, with what patience. Whoever
 * speaks HTTP does it through {@link Network}, so that a setting counts everywhere or nowhere;
 * nothing here is kept for the whole process, so that two builders in one JVM may be configured
 * differently.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.network;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
