package ai.opencode.sandbox.install;

import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.fetch.ListedEntry;
import org.jspecify.annotations.Nullable;

/** Placed entries for tests, which apk's database does not have. */
public final class APlacedEntry {

  private APlacedEntry() {}

  /**
   * Returns an entry of root.
   *
   * @param path the path in the root; null for an entry that is left out
   */
  public static PlacedEntry at(@Nullable String path, ListedEntry listed) {
    return path == null ? PlacedEntry.leftOut(listed) : at(path, 0, 0, listed);
  }

  static PlacedEntry at(String path, long uid, long gid, ListedEntry listed) {
    return new PlacedEntry(listed, new PlacedEntry.Place(path, new Access(0755, uid, gid)), null);
  }
}
