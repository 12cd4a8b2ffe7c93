/** The API of Docker and Podman: addresses, images, networks, running containers, terminals. */
@Internal
@NullMarked
package ai.opencode.sandbox.engine;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
