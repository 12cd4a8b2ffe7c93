/**
 * Tar and gzip as this product needs them: entries that keep every bit of a package's metadata,
 * readers that bound the cost of a hostile archive and report the byte offset of a defect, and
 * writers whose bytes depend on their input alone.
 *
 * <p>The tar reader and writer are our own. A library's reader recurses and allocates as a header
 * demands, so that an archive of 120 KB can end the JVM. A library's writer may change its bytes in
 * an update, and with them the digests of layers.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.archive;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
