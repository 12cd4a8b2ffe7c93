/**
 * The pipeline: locks, resolves, fetches, installs, packs and finishes the images of a build for
 * every platform.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.build;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
