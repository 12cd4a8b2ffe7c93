/** Targets, and how finished images are delivered to each kind of them. */
@NullMarked
package ai.opencode.sandbox.publish;

import org.jspecify.annotations.NullMarked;
