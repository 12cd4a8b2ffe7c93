/**
 * Images over the network (distribution-spec 1.1): a registry inside this process that serves and
 * accepts content on loopback, and the client side, which publishes finished images and pulls base
 * images.
 *
 * <p>The client is ours, on {@code java.net.http}: Jib's cannot pull a manifest's bytes, fails on
 * fields it does not know, opens a connection for each request and does not repeat on 429 and 5xx.
 * From Jib come the credentials, in {@code AuthFiles} alone.
 */
@NullMarked
package ai.opencode.sandbox.registry;

import org.jspecify.annotations.NullMarked;
