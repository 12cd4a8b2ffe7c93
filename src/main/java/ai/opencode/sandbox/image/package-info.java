/**
 * Makes an image of layers, files and settings: a staged root that Jib finishes into a manifest, in
 * the cache.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.image;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
