/**
 * Selects packages as apk does, orders them as apk installs them, and explains why a request has no
 * result.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
