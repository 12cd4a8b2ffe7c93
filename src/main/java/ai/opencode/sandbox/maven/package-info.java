/**
 * The goals of this library as a Maven plugin: {@code build}, {@code lock}, {@code verify} and
 * {@code publish}. Maven's API is on a plugin's class path only, so no other package uses this one.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
