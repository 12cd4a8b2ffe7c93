/** Marks of what embedding programs may rely on. */
@Internal
@NullMarked
package ai.opencode.sandbox.stability;

import org.jspecify.annotations.NullMarked;
