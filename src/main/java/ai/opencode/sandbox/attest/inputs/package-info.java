/**
 * The bill of an image that a build has just made ({@code BuiltBill}): what a reader of the image
 * finds, and the hashes of the inputs besides.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.attest.inputs;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
