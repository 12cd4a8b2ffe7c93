/**
 * The division of installed packages into layers. A package is stored verbatim if extracting its
 * data segment gives the files that installing it gives, and rewritten otherwise.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
