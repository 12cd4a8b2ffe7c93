/**
 * The state that {@code apk add} would leave: which file of which package ends up at a path,
 * owners, protected files, and the records of the package database.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.install;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
