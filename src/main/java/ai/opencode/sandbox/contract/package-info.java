/** The promises of definitions, for the verifier, which must not use definitions. */
@Internal
@NullMarked
package ai.opencode.sandbox.contract;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
