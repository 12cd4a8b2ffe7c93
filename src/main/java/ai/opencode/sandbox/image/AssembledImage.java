package ai.opencode.sandbox.image;

import ai.opencode.sandbox.oci.ImageConfig;

/** An image with its configuration, which a child image extends. */
public record AssembledImage(FinishedImage image, ImageConfig config) {}
