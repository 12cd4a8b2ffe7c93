package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;

/**
 * A finished layer in the cache.
 *
 * @param diffId digest of its archive, uncompressed
 * @param unpackedBytes of that archive
 * @param createdBy what {@code docker history} shows: {@code apk git-2.50.1-r0}
 * @param reused whether it was there before this build
 */
public record StagedLayer(
    Descriptor blob, Digest diffId, long unpackedBytes, String createdBy, boolean reused) {}
