/**
 * Attestations of images: in-toto statements about one image each, and the manifests that bring
 * them into its index, in the form of BuildKit. The same inputs give the same bytes, so no
 * statement has times, users, hosts or paths. The package knows formats and makes no images.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.attest;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
