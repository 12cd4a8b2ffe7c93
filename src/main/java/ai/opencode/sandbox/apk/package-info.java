/**
 * Alpine's package format, version 2: versions, dependencies, the signed index, package files, the
 * solver and the installed database. If releases of apk differ, apk-tools 3 is the model.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
