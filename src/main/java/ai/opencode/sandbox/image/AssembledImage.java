package ai.opencode.sandbox.image;

import ai.opencode.sandbox.oci.ImageConfig;

/** A finished image and its OCI configuration, the basis of the configurations of child images. */
public record AssembledImage(FinishedImage image, ImageConfig config) {}
