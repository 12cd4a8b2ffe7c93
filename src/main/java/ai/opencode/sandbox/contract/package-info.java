/**
 * The promises of definitions and the keys of upstreams, for the verifier, which must use neither.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.contract;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
