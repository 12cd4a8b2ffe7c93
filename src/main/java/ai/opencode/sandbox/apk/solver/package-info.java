/**
 * Chooses packages as apk does, in the order in which apk installs them, and explains where there
 * is no solution.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
