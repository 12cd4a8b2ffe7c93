/**
 * The bill of an image that a build has just made ({@code BuiltBill}). It equals the bill that is
 * read from the finished image, and also has the hashes of the inputs.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.attest.inputs;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
