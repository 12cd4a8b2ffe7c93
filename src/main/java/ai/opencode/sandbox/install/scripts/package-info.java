/**
 * The effects of known installation scripts, as data: applet links and certificate authorities.
 * Nothing is run.
 */
@NullMarked
package ai.opencode.sandbox.install.scripts;

import org.jspecify.annotations.NullMarked;
