/**
 * The pipeline: locks, resolves, fetches, installs, packs and finishes the images of a build for
 * every platform.
 */
@NullMarked
package ai.opencode.sandbox.build;

import org.jspecify.annotations.NullMarked;
