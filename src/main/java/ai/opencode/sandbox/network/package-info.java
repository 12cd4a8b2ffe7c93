/**
 * The access to the network: proxies, trust and retries. All HTTP requests go through {@link
 * Network}, so that a setting applies to all of them. Nothing is stored for the whole process, so
 * that two builders in one JVM can have different settings.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.network;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
