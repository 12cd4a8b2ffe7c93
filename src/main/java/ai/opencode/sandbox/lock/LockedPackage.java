package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import org.jspecify.annotations.Nullable;

/**
 * A package as locked.
 *
 * @param repository address or folder, without the architecture
 * @param size bytes of the package file
 * @param checksum of the control segment, as the signed index names it
 * @param data the files, which the control segment names
 * @param requiredBy the package that pulled it in; null where the image asks for it itself
 */
@Api
public record LockedPackage(
    String name,
    String version,
    String repository,
    long size,
    Checksum checksum,
    Data data,
    @Nullable String requiredBy) {

  /**
   * The data segment of a package.
   *
   * @param hash of the segment as it is in the file; a layer's digest where the package travels
   *     unchanged
   * @param diffId of the segment uncompressed
   */
  public record Data(Digest hash, Digest diffId) {}
}
