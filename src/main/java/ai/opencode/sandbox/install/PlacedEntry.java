package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.fetch.ListedEntry;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a package after its installation.
 *
 * @param place the place in the root file system; null for an entry that the installation does not
 *     write
 * @param recorded the facts in apk's database of installed packages; null for an entry that is not
 *     in it
 */
public record PlacedEntry(ListedEntry listed, @Nullable Place place, @Nullable Recorded recorded) {

  /**
   * A place in the root file system.
   *
   * @param path the path, with all links resolved
   * @param access the owner and permissions that the installation of the package leaves there
   */
  public record Place(String path, Access access) {}

  /**
   * The facts about an entry in apk's database.
   *
   * @param access the owner and permissions that the package lists, with the numbers of this root
   * @param sha1 the checksum of a file's content or a symbolic link's target; null for others
   */
  public record Recorded(Access access, @Nullable Checksum sha1) {}

  /** Returns an entry that apk ignores, or leaves to another package. */
  static PlacedEntry leftOut(ListedEntry listed) {
    return new PlacedEntry(listed, null, null);
  }

  /** Returns the path in the root; null for an entry that the installation does not write. */
  public @Nullable String path() {
    return place == null ? null : place.path;
  }

  public TarEntry entry() {
    return listed.entry();
  }

  public boolean isDirectory() {
    return entry() instanceof TarEntry.Directory;
  }

  /** Returns whether path and owner are those that the entry itself records. */
  public boolean isAsListed() {
    return place != null
        && place.path.equals(entry().path())
        && place.access.hasOwnerOf(entry().attributes().access());
  }
}
