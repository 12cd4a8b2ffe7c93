/**
 * The OCI image format 1.1 as values: digests, descriptors, manifests, configurations, references,
 * and content-addressed storage on disk. Unknown fields are accepted when reading, because newer
 * tools write them. Writing is canonical, because digests are computed from the result.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
