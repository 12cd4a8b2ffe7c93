/** Annotations that mark the types embedding programs can rely on. */
@Internal
@NullMarked
package ai.opencode.sandbox.stability;

import org.jspecify.annotations.NullMarked;
