/**
 * The OCI image format 1.1 as values: digests, descriptors, manifests, configurations, references,
 * and content-addressed storage on disk. Reading is tolerant of fields that we do not know, because
 * newer tools write them; writing is canonical, because digests are taken over it.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.oci;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
