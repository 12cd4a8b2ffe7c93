/**
 * Bills of materials: the software of an image as a value, and the documents that say it to other
 * programs, SPDX 2.3 and CycloneDX 1.6. The door is {@link
 * ai.opencode.sandbox.attest.sbom.SoftwareBill} for the value and {@link
 * ai.opencode.sandbox.attest.sbom.Sbom} for the documents. Others fill a bill: a reader of images,
 * a build, a lock. Equal bills give equal bytes, on every machine.
 */
@Internal
@NullMarked
package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.stability.Internal;
import org.jspecify.annotations.NullMarked;
