/** The sizes of an image by layer, by package and by file, as text, JSON and a page. */
@Internal
@NullMarked
package ai.opencode.sandbox.inspect;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
