/**
 * Alpine's package format, version 2: versions, dependencies, the signed index, package files, the
 * solver and the installed database, as exact as apk-tools 3 where the releases of apk differ.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
