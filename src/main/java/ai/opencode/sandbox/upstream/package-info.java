/**
 * The sources of inputs: a base image, Alpine repositories and an npm registry, on servers, in
 * archives or made on this machine.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
