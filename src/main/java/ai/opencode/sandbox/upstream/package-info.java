/** The sources of inputs: a base image, Alpine repositories and an npm registry. */
@Internal
@NullMarked
package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
