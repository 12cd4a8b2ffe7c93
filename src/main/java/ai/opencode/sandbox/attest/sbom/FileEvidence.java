package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.apk.Checksum;
import java.util.Optional;

/**
 * A file of an image that shows that packages are there.
 *
 * @param path the path without leading slash
 * @param sha1 the SHA-1 of the content
 * @param layer the layer that holds the file; empty if it is unknown
 */
public record FileEvidence(String path, Checksum sha1, Optional<HoldingLayer> layer) {}
