/**
 * Statements of files about the software in them: build information of Go programs, and {@code
 * package.json}. They are found while a layer passes by, in a package that is fetched, in a layer
 * that is written or in one that is read, and kept for each layer. The formats are read from
 * foreign bytes, so everything is bounded.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.evidence;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
