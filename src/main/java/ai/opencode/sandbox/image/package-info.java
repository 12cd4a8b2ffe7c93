/**
 * The assembly of images from layers, files and settings: Jib finishes a staged root into a
 * manifest, in the cache.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.image;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
