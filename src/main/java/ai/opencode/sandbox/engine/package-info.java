/** The API of Docker and Podman: addresses, images, networks, running containers, terminals. */
@NullMarked
package ai.opencode.sandbox.engine;

import org.jspecify.annotations.NullMarked;
