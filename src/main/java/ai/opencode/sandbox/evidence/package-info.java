/**
 * Evidence of software in the files of images: build information of Go programs, and {@code
 * package.json}. It is found while the bytes of a layer are fetched, written or read for another
 * purpose, and the cache keeps it for each layer. The formats are read from foreign bytes, so
 * everything is bounded.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.evidence;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
