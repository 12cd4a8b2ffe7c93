/**
 * Chooses packages as apk does, in the order in which apk installs them, and explains where there
 * is no solution.
 */
@NullMarked
package ai.opencode.sandbox.apk.solver;

import org.jspecify.annotations.NullMarked;
