/**
 * The reader of {@code sandbox.yaml}: images and settings as the same values that Java code makes.
 * Every mistake in a file is found before one failure reports them all, each with its line and
 * column.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.definition.file;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
