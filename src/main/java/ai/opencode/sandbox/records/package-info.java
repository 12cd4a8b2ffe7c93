/**
 * The records of an image: what a build learnt about its packages and layers, in blobs that go
 * wherever the image goes. A build on another machine takes them from a registry instead of
 * fetching packages and making layers again.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.records;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
