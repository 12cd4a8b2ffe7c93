/**
 * Brings packages, tarballs and base images from where the network has them into a
 * content-addressed cache, verified on the way in.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
