/**
 * Where inputs come from: a base image, Alpine repositories and an npm registry, wherever they are.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
