/**
 * Alpine's package format, version 2: versions, dependencies, the signed index, package files, the
 * solver and the installed database, as exact as apk-tools 3 where the releases of apk differ.
 */
@NullMarked
package ai.opencode.sandbox.apk;

import org.jspecify.annotations.NullMarked;
