/**
 * Packs installed packages into layers: stored verbatim where that gives the files that installing
 * them would give, rewritten where it does not.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
