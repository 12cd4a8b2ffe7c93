/**
 * Where inputs come from: a base image, Alpine repositories and an npm registry, wherever they are.
 */
@NullMarked
package ai.opencode.sandbox.upstream;

import org.jspecify.annotations.NullMarked;
