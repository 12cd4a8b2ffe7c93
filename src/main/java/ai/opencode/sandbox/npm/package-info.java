/**
 * npm packages without npm: parses a {@code package-lock.json}, selects the packages for a
 * platform, finds the registry that the machine is configured for, and writes verified tarballs as
 * tar entries exactly as {@code npm install --global --prefix /usr/local} or, for a project in a
 * directory, {@code npm ci --omit=dev} would install them.
 *
 * <p>This package neither resolves versions nor runs install scripts: the lock fixes the bytes, and
 * those bytes are unpacked. A lock is made by the real npm. If it does not have the shape of a
 * global installation, {@link ai.opencode.sandbox.npm.GlobalShape} gives it that shape.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
