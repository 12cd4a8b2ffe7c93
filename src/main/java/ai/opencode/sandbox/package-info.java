/** The public door: the two image definitions and the builder that makes images of them. */
@NullMarked
package ai.opencode.sandbox;

import org.jspecify.annotations.NullMarked;
