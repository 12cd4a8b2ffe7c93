package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.util.List;

/**
 * A verified package file in the cache. Repositories of several architectures may have the same
 * file, so it does not have the architecture of one.
 *
 * @param head the signature and the control segment
 * @param data the data segment as a blob of the cache; its digest is the {@code datahash} in the
 *     control segment
 * @param diffId the digest of the uncompressed data segment, a tar archive
 * @param unpackedBytes the size of that archive in bytes
 * @param endOfArchive whether that archive ends with two zero blocks
 * @param entries the entries in the archive's order
 */
record PackageFile(
    PackageHead head,
    Descriptor data,
    Digest diffId,
    long unpackedBytes,
    boolean endOfArchive,
    List<ListedEntry> entries) {

  PackageFile {
    entries = List.copyOf(entries);
  }

  /**
   * Returns the package as a repository offers it.
   *
   * @throws ai.opencode.sandbox.failure.VerificationException if a field of the control segment is
   *     malformed
   */
  FetchedPackage offeredAt(PackageLocation location) {
    return new FetchedPackage(
        head.control()
            .info()
            .toPackage(location.checksum(), location.size(), location.architecture()),
        this);
  }
}
