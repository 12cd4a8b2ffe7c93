/**
 * Fetchers of packages, npm tarballs and base images, which verify them while copying them into the
 * content-addressed cache.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
