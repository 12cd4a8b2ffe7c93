/**
 * Tar and gzip as this product needs them: entries that keep every bit of a package's metadata,
 * readers that bound what a hostile archive can cost and name the byte where it went wrong, writers
 * whose bytes depend on nothing but their input.
 *
 * <p>The tar reader and writer are our own. The reader, because a library reader recurses and
 * allocates as a header tells it to (a 120 KB archive is enough to end the JVM); the writer,
 * because a layer's digest must not change when a library is updated. Everything else (ar, xz)
 * comes from commons-compress, which no other package imports.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.archive;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
