package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.cache.RecordKey;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.IOException;
import java.util.Optional;

/**
 * The records of packages in a cache, by the checksums in the index: of the head, which proves
 * itself, and of the list of files.
 */
public final class PackageRecords {

  private static final String HEADS = "heads";
  private static final String FILES = "packages";

  private final Cache cache;

  PackageRecords(Cache cache) {
    this.cache = cache;
  }

  /** Returns the place of the record of a package's head. */
  public static RecordKey headPlace(Checksum checksum) {
    return new RecordKey(HEADS, Recipe.of(HEADS, HeadRecord.FORMAT).add(checksum.hex()).digest());
  }

  /** Returns the place of the record of a package's list of files. */
  public static RecordKey filePlace(Checksum checksum) {
    return new RecordKey(
        FILES, Recipe.of(FILES, PackageRecord.FORMAT).add(checksum.hex()).digest());
  }

  Optional<PackageHead> head(PackageLocation location) throws IOException {
    return heads(location).find(headPlace(location.checksum()).key());
  }

  /** Returns a package whose head and list are recorded. */
  Optional<PackageFile> find(PackageLocation location) throws IOException {
    Optional<PackageHead> head = head(location);
    return head.isEmpty()
        ? Optional.empty()
        : files(head.get()).find(filePlace(location.checksum()).key());
  }

  void keep(PackageLocation location, PackageFile apk) throws IOException {
    heads(location).keep(headPlace(location.checksum()).key(), apk.head());
    files(apk.head()).keep(filePlace(location.checksum()).key(), apk);
  }

  private Records<PackageHead> heads(PackageLocation location) {
    return new Records<>(
        cache, HEADS, HeadRecord.FORMAT, new HeadRecord(location.checksum(), location.fileName()));
  }

  private Records<PackageFile> files(PackageHead head) {
    return new Records<>(cache, FILES, PackageRecord.FORMAT, new PackageRecord(head));
  }
}
