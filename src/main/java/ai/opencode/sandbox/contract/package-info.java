/**
 * The promises of definitions and locks: what an image must have, for the verifier, which uses
 * neither, and the bill of an image that is not built yet; and the keys of upstreams.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.contract;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
