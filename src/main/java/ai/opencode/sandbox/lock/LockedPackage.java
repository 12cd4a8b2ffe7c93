package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.oci.Digest;
import org.jspecify.annotations.Nullable;

/**
 * A package as locked.
 *
 * @param repository address or folder, without the architecture
 * @param size bytes of the package file
 * @param checksum of the control segment, as the signed index names it
 * @param dataHash of the data segment, as the control segment names it; a layer's digest where the
 *     package travels unchanged
 * @param diffId of the data segment, uncompressed
 * @param requiredBy the package that pulled it in; null where the image asks for it itself
 */
public record LockedPackage(
    String name,
    String version,
    String repository,
    long size,
    Checksum checksum,
    Digest dataHash,
    Digest diffId,
    @Nullable String requiredBy) {}
