/**
 * Statements of files about the software in them: build information of Go programs, and {@code
 * package.json}. The formats are read from foreign bytes, so everything is bounded.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.attest.evidence;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
