/**
 * The installation of packages on a root as {@code apk add} would do it: the package whose file is
 * at each path, owners, protected files, and the records of the package database.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.install;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
