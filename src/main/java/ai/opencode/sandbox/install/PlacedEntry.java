package ai.opencode.sandbox.install;

import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.fetch.ListedEntry;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a package with its final path and owner.
 *
 * @param path the path in the finished root file system; null for an entry that apk leaves out
 * @param uid the numeric id of the owner
 * @param gid the numeric id of the group
 */
public record PlacedEntry(ListedEntry listed, @Nullable String path, long uid, long gid) {

  static PlacedEntry leftOut(ListedEntry listed) {
    return new PlacedEntry(listed, null, 0, 0);
  }

  public TarEntry entry() {
    return listed.entry();
  }

  public boolean isDirectory() {
    return entry() instanceof TarEntry.Directory;
  }

  /** Returns whether path and owner are those that the entry itself records. */
  public boolean isAsListed() {
    return entry().path().equals(path)
        && entry().attributes().uid() == uid
        && entry().attributes().gid() == gid;
  }
}
