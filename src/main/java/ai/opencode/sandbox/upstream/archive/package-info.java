/**
 * Archives of inputs: written while a locked build reads its inputs, and read in place of the
 * network.
 */
@NullMarked
package ai.opencode.sandbox.upstream.archive;

import org.jspecify.annotations.NullMarked;
