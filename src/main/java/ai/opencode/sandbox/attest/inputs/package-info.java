/** Bills of what images are made from: of a lock, before an image exists. */
@Internal
@NullMarked
package ai.opencode.sandbox.attest.inputs;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
