/**
 * The reading of an image from its bytes alone: documents, layers, and the file system that the
 * layers produce. Reading continues after a defect as far as possible, so that one pass finds all
 * of them. The package depends on formats and not on how images are built.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
