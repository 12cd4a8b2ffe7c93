package ai.opencode.sandbox.image;

import ai.opencode.sandbox.stability.Api;

/**
 * The sizes of an image, and the number of its reused layers.
 *
 * @param compressedBytes the bytes that a pull transfers
 * @param diskBytes the uncompressed size of the layers in bytes
 * @param reusedLayers the number of layers that existed before this build
 */
@Api
public record ImageSizes(long compressedBytes, long diskBytes, int reusedLayers) {}
