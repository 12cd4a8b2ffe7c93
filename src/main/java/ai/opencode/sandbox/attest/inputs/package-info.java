/**
 * Bills of images whose inputs are known: of a build that has just made one ({@code BuiltBill}),
 * and of a lock ({@code LockedBill}), before an image exists. The bill of a build is what a reader
 * of the image finds, and has the hashes of the inputs besides.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.attest.inputs;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
