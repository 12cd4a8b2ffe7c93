/**
 * Finds out statically whether an image is consistent in itself and with what it promises to be: no
 * engine, nothing in the image is run. An image whose packages and checksums are replaced together
 * is consistent too; where its bytes come from is not told here. {@link
 * ai.opencode.sandbox.verify.ImageVerifier} is the door. Shares the parsers of formats with the
 * rest, and neither code nor results with the stages that build images, so that a mistake there
 * cannot hide itself here.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
