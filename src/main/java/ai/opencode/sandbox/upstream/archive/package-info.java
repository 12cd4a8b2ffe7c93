/**
 * Archives of inputs: written while a locked build reads its inputs, and read in place of the
 * network.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.upstream.archive;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
