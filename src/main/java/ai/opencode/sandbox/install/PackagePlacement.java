package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.FileAttributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.fetch.ListedEntry;
import ai.opencode.sandbox.install.Obstacle.Kind;
import ai.opencode.sandbox.install.PlacedEntry.Place;
import ai.opencode.sandbox.install.PlacedEntry.Recorded;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The placement of one package's entries, in their order. */
final class PackagePlacement {

  private static final int SETGID = 02000;

  private final InstallationState state;
  private final Root.Builder root;
  private final FetchedPackage apk;
  private final ApkPackage pkg;
  private final Map<String, byte[]> contents;
  private final Map<String, TarEntry> own = new LinkedHashMap<>();
  private final Obstacles obstacles = new Obstacles();

  /** The attributes that all hard links of a file share. */
  private record Inode(int mode, @Nullable Checksum sha1) {}

  /**
   * Creates the placement of a package.
   *
   * @param contents the contents of the package's files that a build reads, by path
   */
  PackagePlacement(InstallationState state, FetchedPackage apk, Map<String, byte[]> contents) {
    this.state = state;
    this.root = state.root;
    this.apk = apk;
    this.pkg = apk.pkg();
    this.contents = contents;
  }

  /** Determines the final path of every entry. */
  PlacedPackage place() {
    List<PlacedEntry> placed = new ArrayList<>();
    if (pkg.installedSize() == 0) {
      // apk does not fetch a package whose size is 0.
      apk.entries().forEach(each -> placed.add(PlacedEntry.leftOut(each)));
      if (!placed.isEmpty()) {
        obstacles.add(new Obstacle.NotUnpacked());
      }
    } else {
      for (ListedEntry listed : apk.entries()) {
        placed.add(place(listed));
        if (own.put(listed.path(), listed.entry()) != null) {
          obstacles.add(Kind.LISTED_TWICE, listed.path());
        }
      }
    }
    return new PlacedPackage(apk, placed, obstacles.list());
  }

  private PlacedEntry place(ListedEntry listed) {
    TarEntry entry = listed.entry();
    String path = entry.path();
    String fileName = path.substring(path.lastIndexOf('/') + 1);
    if (path.startsWith(".") || (!state.isOfApk3 && fileName.startsWith(".keep_"))) {
      obstacles.add(Kind.LEFT_OUT, path);
      return PlacedEntry.leftOut(listed);
    }
    if (fileName.startsWith(".wh.")) {
      throw refusal(path + " would delete files of other layers. Leave the package out.");
    }
    requireParents(path, entry instanceof TarEntry.Directory);
    String place = root.place(path);
    if (!place.equals(path)) {
      obstacles.add(new Obstacle.ThroughLink(path, place));
    }
    Attributes attributes = state.accounts.map(entry.attributes());
    if (!attributes.access().hasOwnerOf(entry.attributes().access())) {
      obstacles.add(
          new Obstacle.OtherOwner(path, attributes.userName() + ":" + attributes.groupName()));
    }
    checkRecords(entry);
    return entry instanceof TarEntry.Directory
        ? directory(listed, place, attributes)
        : file(listed, place, attributes);
  }

  /**
   * Adds an obstacle for each PAX record but capabilities, because engines interpret them
   * differently. A rewritten package keeps only extended attributes in the namespace {@code user}.
   */
  private void checkRecords(TarEntry entry) {
    for (String key : entry.attributes().pax().keySet()) {
      if (!key.startsWith(Attributes.XATTR_PREFIX)) {
        if (!key.startsWith("APK-TOOLS.")) {
          obstacles.add(new Obstacle.UnknownRecord(entry.path(), key));
        }
      } else if (entry instanceof TarEntry.Directory
          || !key.equals(Attributes.XATTR_PREFIX + FileAttributes.CAPABILITY)) {
        obstacles.add(new Obstacle.RefusedAttribute(entry.path(), key));
      }
    }
  }

  /**
   * Requires that a file's directory is listed before it: apk refuses the file otherwise ("no
   * dirent in archive"). An unlisted directory further up is an obstacle, because an engine would
   * create it with root as owner and mode 755, over the attributes in the layers below.
   */
  private void requireParents(String path, boolean isDirectory) {
    String parent = Root.parent(path);
    boolean listed = parent.isEmpty() || own.get(parent) instanceof TarEntry.Directory;
    if (!listed && !isDirectory) {
      throw refusal(
          path
              + " is in the directory "
              + parent
              + ", which the package does not list before it, so apk would not install it."
              + " Rebuild the package with abuild or melange, or leave it out.");
    }
    if (!listed) {
      obstacles.add(Kind.UNLISTED_DIRECTORY, parent);
    }
    String place = "";
    for (int start = 0; start < parent.length(); ) {
      int slash = parent.indexOf('/', start);
      int end = slash < 0 ? parent.length() : slash;
      place = root.resolve(place, parent.substring(start, end));
      start = end + 1;
      Node node = root.get(place);
      if (node == null) {
        root.put(place, Node.directory(0755, 0, 0));
      } else if (!node.isDirectory()) {
        throw refusal(
            path
                + " is in /"
                + place
                + ", which is not a directory in the layers"
                + " below. Leave the package out.");
      }
    }
  }

  private PlacedEntry directory(ListedEntry listed, String place, Attributes attributes) {
    String path = listed.path();
    String target = root.resolve(place);
    if (!target.equals(place)) {
      obstacles.add(new Obstacle.DirectoryIsLink(path, target));
    }
    Node before = root.get(target);
    if (before != null && !before.isDirectory()) {
      throw refusal(
          path + " is a directory, but a file in the layers below. Leave the package" + " out.");
    }
    Access after =
        state.directoryOwners.add(
            target, before == null ? null : before.access(), pkg, attributes.access());
    if (before == null && state.isOfApk3) {
      after = inheriting(root.get(Root.parent(target)), after);
    }
    root.put(target, Node.directory(after));
    state.directories.add(target, pkg.id());
    return new PlacedEntry(
        listed, new Place(target, after), new Recorded(attributes.access(), null));
  }

  /** Returns a new directory with setgid if its parent has it: the system adds it. */
  private static Access inheriting(@Nullable Node parent, Access directory) {
    return parent == null || (parent.mode() & SETGID) == 0
        ? directory
        : directory.withMode(directory.mode() | SETGID);
  }

  private PlacedEntry file(ListedEntry listed, String place, Attributes attributes) {
    TarEntry entry = listed.entry();
    String path = entry.path();
    Inode inode = new Inode(attributes.mode(), listed.sha1());
    if (entry instanceof TarEntry.HardLink link) {
      inode = linked(link, attributes);
    } else if (!(entry instanceof TarEntry.File || entry instanceof TarEntry.SymbolicLink)) {
      obstacles.add(Kind.SPECIAL_FILE, path);
    }
    Node before = root.get(place);
    if (before != null && before.isDirectory()) {
      throw refusal(
          path + " is a file, but a directory in the layers below. Leave the package" + " out.");
    }
    PackageId owner = before == null ? null : before.owner();
    if (owner != null && !owner.equals(pkg.id()) && !state.mayTakeOver(pkg, owner, path)) {
      obstacles.add(new Obstacle.StaysWithOther(path, owner));
      return PlacedEntry.leftOut(listed);
    }
    Recorded recorded = new Recorded(attributes.access(), inode.sha1());
    String target = place;
    if (before != null && state.isToStay(place, before)) {
      if (inode.sha1() != null && inode.sha1().equals(before.sha1())) {
        obstacles.add(Kind.ALREADY_THERE, place);
        root.put(place, before.withOwner(pkg.id()));
        return new PlacedEntry(listed, null, recorded);
      }
      target = place + ".apk-new";
      obstacles.add(Kind.CHANGED_FILE_STAYS, place);
    }
    Node node = node(entry, inode, attributes);
    root.put(target, node);
    if (inode.sha1() != null) {
      state.record(target, inode.sha1());
    }
    return new PlacedEntry(listed, new Place(target, node.access()), recorded);
  }

  private Node node(TarEntry entry, Inode inode, Attributes attributes) {
    Node.Type type =
        entry instanceof TarEntry.SymbolicLink
            ? Node.Type.LINK
            : entry instanceof TarEntry.File || entry instanceof TarEntry.HardLink
                ? Node.Type.FILE
                : Node.Type.OTHER;
    String text = entry instanceof TarEntry.SymbolicLink link ? link.target() : "";
    return new Node(
        type,
        attributes.access().withMode(inode.mode()),
        text,
        inode.sha1(),
        pkg.id(),
        contents.get(entry.path()));
  }

  private Inode linked(TarEntry.HardLink link, Attributes attributes) {
    String path = link.path();
    TarEntry target = own.get(link.target());
    if (!(target instanceof TarEntry.File)) {
      throw refusal(
          path
              + " is a hard link to "
              + link.target()
              + ", which is not an earlier file of the package. Rebuild the package, or leave it"
              + " out.");
    }
    Node linked = root.get(root.place(link.target()));
    int mode = attributes.mode();
    if (target.attributes().mode() != mode) {
      obstacles.add(Kind.HARD_LINK_MODE, path);
      mode = linkedMode(target.attributes().mode(), mode);
    }
    if (!target.attributes().access().hasOwnerOf(link.attributes().access())) {
      obstacles.add(Kind.HARD_LINK_OWNER, path);
    }
    if (linked != null && pkg.id().equals(linked.owner())) {
      // Hard links share one inode: attributes set on the second name apply to the first.
      root.put(root.place(link.target()), linked.withAccess(attributes.access().withMode(mode)));
    }
    return new Inode(mode, linked == null ? null : linked.sha1());
  }

  /**
   * Returns the mode that a file has after a hard link to it. apk sets a link's mode only if it has
   * special bits. Otherwise it sets the owner alone, and changing the owner clears setuid and
   * setgid.
   */
  private static int linkedMode(int target, int link) {
    if ((link & 07000) != 0) {
      return link;
    }
    boolean groupMayRun = (target & 010) != 0;
    return target & ~(groupMayRun ? 06000 : 04000);
  }

  private VerificationException refusal(String reason) {
    return new VerificationException(pkg.fileName() + ": " + reason);
  }
}
