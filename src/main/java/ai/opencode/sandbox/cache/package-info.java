/** The directory that builds share: verified content by digest, and records by key. */
@NullMarked
package ai.opencode.sandbox.cache;

import org.jspecify.annotations.NullMarked;
