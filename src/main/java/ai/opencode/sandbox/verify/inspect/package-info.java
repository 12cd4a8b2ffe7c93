/** Where the bytes of an image are: by layer, by package, by file; as text, JSON and a page. */
@NullMarked
package ai.opencode.sandbox.verify.inspect;

import org.jspecify.annotations.NullMarked;
