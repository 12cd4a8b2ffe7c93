/**
 * The restricted network of a container that may connect to named hosts only: the list of the hosts
 * ({@link AllowedHosts}) and the proxy that connects to them ({@link EgressProxy}).
 */
@Internal
@NullMarked
package ai.opencode.sandbox.egress;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
