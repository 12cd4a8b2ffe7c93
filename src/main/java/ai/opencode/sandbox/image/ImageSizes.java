package ai.opencode.sandbox.image;

import ai.opencode.sandbox.stability.Api;

/**
 * How large an image is.
 *
 * @param compressedBytes what a pull transfers
 * @param diskBytes what the layers' archives hold uncompressed
 * @param reusedLayers how many of the layers were there before this build
 */
@Api
public record ImageSizes(long compressedBytes, long diskBytes, int reusedLayers) {}
