package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.ControlSegment;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.util.List;

/**
 * A verified package in the cache.
 *
 * @param pkg as its control segment describes it
 * @param data the data segment as a blob of the cache; its digest is the {@code datahash} that the
 *     control segment names
 * @param diffId digest of the data segment's archive, uncompressed
 * @param unpackedBytes of that archive
 * @param endOfArchive whether the archive closes with its two zero blocks
 * @param entries in the archive's order
 */
public record FetchedPackage(
    ApkPackage pkg,
    ControlSegment control,
    Descriptor data,
    Digest diffId,
    long unpackedBytes,
    boolean endOfArchive,
    List<ListedEntry> entries) {

  public FetchedPackage {
    entries = List.copyOf(entries);
  }

  /**
   * The package as a repository for an architecture offers it: there, and so in the installed
   * database, nothing is for every architecture, whatever the package says of itself.
   */
  FetchedPackage offeredFor(String architecture) {
    return new FetchedPackage(
        pkg.toBuilder().with('A', architecture).build(),
        control,
        data,
        diffId,
        unpackedBytes,
        endOfArchive,
        entries);
  }
}
