/**
 * The effects of known installation scripts, as data: applet links and certificate authorities.
 * Nothing is run.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
