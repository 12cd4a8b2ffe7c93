/**
 * The client of registries (distribution-spec 1.1), which publishes finished images and pulls base
 * images.
 *
 * <p>It is our own, on {@code java.net.http}. Jib's client cannot pull a manifest's bytes, fails on
 * unknown fields, opens a connection for each request and does not repeat after 429 and 5xx.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
