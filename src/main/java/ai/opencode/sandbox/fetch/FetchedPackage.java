package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.ControlSegment;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.util.List;

/**
 * A verified package in the cache.
 *
 * @param pkg the package as its control segment describes it
 * @param head the signature and the control segment
 * @param data the data segment as a blob of the cache; its digest is the {@code datahash} in the
 *     control segment
 * @param diffId the digest of the uncompressed data segment, a tar archive
 * @param unpackedBytes the size of that archive in bytes
 * @param endOfArchive whether that archive ends with two zero blocks
 * @param entries the entries in the archive's order
 */
public record FetchedPackage(
    ApkPackage pkg,
    PackageHead head,
    Descriptor data,
    Digest diffId,
    long unpackedBytes,
    boolean endOfArchive,
    List<ListedEntry> entries) {

  public FetchedPackage {
    entries = List.copyOf(entries);
  }

  public ControlSegment control() {
    return head.control();
  }

  /**
   * Returns the package with a repository's architecture. apk writes this one to the installed
   * database, also for packages that declare {@code noarch}.
   */
  FetchedPackage offeredFor(String architecture) {
    return new FetchedPackage(
        pkg.toBuilder().with('A', architecture).build(),
        head,
        data,
        diffId,
        unpackedBytes,
        endOfArchive,
        entries);
  }
}
