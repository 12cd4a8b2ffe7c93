/**
 * The effects of known installation scripts, reproduced without running any: busybox's links, the
 * bundle of certificate authorities, system accounts.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
