/** Images in the files that other programs take. */
@NullMarked
package ai.opencode.sandbox.export;

import org.jspecify.annotations.NullMarked;
