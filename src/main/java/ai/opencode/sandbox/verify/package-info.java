/**
 * The static verification that an image is consistent in itself and with its contract. No engine is
 * used, and nothing in the image is run. An image whose packages and checksums are replaced
 * together is consistent too; {@code OriginCheck} leads packages to the signatures beside the
 * image. The entry point is {@link ai.opencode.sandbox.verify.ImageVerifier}. The package shares
 * the parsers of formats with the rest of the product. It shares neither code nor results with the
 * stages that build images, so that it finds their mistakes.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
