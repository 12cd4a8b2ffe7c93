package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.oci.Digest;
import org.jspecify.annotations.Nullable;

/**
 * What was looked at.
 *
 * @param manifest digest of the manifest; of the configuration in a docker-archive
 * @param upstream the label that says where the image's inputs came from; null where there is none
 * @param compressedBytes what a pull transfers
 * @param unpackedBytes what the layers' archives hold uncompressed
 * @param paths in the file system that the layers give
 */
public record ImageFacts(
    Digest manifest,
    @Nullable String title,
    @Nullable String version,
    @Nullable String upstream,
    int layers,
    long compressedBytes,
    long unpackedBytes,
    int paths,
    int packages,
    int elfFiles) {}
