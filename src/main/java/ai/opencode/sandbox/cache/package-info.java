/** The directory that builds share: verified blobs by digest, and records by key. */
@Internal
@NullMarked
package ai.opencode.sandbox.cache;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
