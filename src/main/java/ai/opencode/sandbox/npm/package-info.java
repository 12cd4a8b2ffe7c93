/**
 * npm packages without npm: reads a {@code package-lock.json}, chooses what a platform needs, finds
 * the registry that the machine is configured for, and lays verified tarballs out exactly as {@code
 * npm install --global --prefix /usr/local} would, as tar entries.
 *
 * <p>Nothing here resolves versions or runs install scripts: the lock says which bytes, and those
 * bytes are unpacked. Whoever makes the lock uses the real npm with {@code
 * --install-strategy=shallow}, whose tree has the shape of a global installation.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
