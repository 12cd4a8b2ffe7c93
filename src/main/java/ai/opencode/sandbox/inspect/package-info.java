/** Shows the bytes of an image by layer, by package and by file: as text, JSON and a page. */
@NullMarked
package ai.opencode.sandbox.inspect;

import org.jspecify.annotations.NullMarked;
