/**
 * The records of an image: the facts that a build found out about its packages and layers, in blobs
 * that a registry keeps beside the image. A build on another machine takes them from there instead
 * of fetching packages and making layers again.
 *
 * <ul>
 *   <li>facts: the blob with the records that are enough while no package changes
 *   <li>lists of files: the blob with the files of each package, for builds in which one changes
 *   <li>former image: an image that an earlier build sent to a registry
 *   <li>proved: named by its digest in the lock
 *   <li>place: kind and key under which a cache keeps a record
 * </ul>
 */
@Internal
@NullMarked
package ai.opencode.sandbox.records;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
