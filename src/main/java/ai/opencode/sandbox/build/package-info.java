/**
 * The pipeline of a build: resolves or reads from a lock, fetches, installs, packs and finishes the
 * images for every platform.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.build;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
