/**
 * Turns packages into layers: unchanged where that gives the files that installing them would give,
 * rewritten into one layer where it does not.
 */
@NullMarked
package ai.opencode.sandbox.layer;

import org.jspecify.annotations.NullMarked;
