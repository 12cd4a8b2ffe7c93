/**
 * Reads an image from its bytes alone: documents, layers, and the file system that the layers give
 * one on top of the other. Reading goes on past a flaw wherever something can still be read, so
 * that one look finds all of them. Knows formats, and nothing of how images are built.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
