/**
 * npm packages without npm: parses a {@code package-lock.json}, selects the packages for a
 * platform, finds the registry that the machine is configured for, and writes verified tarballs as
 * tar entries exactly as {@code npm install --global --prefix /usr/local} would install them.
 *
 * <p>This package neither resolves versions nor runs install scripts: the lock fixes the bytes, and
 * those bytes are unpacked. A lock is made by the real npm with {@code --install-strategy=shallow},
 * whose tree has the shape of a global installation.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
