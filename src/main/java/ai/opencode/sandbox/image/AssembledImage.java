package ai.opencode.sandbox.image;

import ai.opencode.sandbox.oci.ImageConfig;

/** An image with the configuration that another one on top of it goes on with. */
public record AssembledImage(FinishedImage image, ImageConfig config) {}
