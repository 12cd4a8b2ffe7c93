/**
 * Makes an image of layers, files and settings: a staged root that Jib finishes into a manifest, in
 * the cache.
 */
@NullMarked
package ai.opencode.sandbox.image;

import org.jspecify.annotations.NullMarked;
