/**
 * The network of a container that reaches named hosts only: the list of them ({@link AllowedHosts})
 * and the proxy that lets them through ({@link EgressProxy}).
 */
@Internal
@NullMarked
package ai.opencode.sandbox.egress;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
