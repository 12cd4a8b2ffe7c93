package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.FileAttributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.fetch.ListedEntry;
import ai.opencode.sandbox.install.Obstacle.Kind;
import ai.opencode.sandbox.install.PlacedPackage.Placement;
import ai.opencode.sandbox.rootfs.ExtendedAttributes;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.RootView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Installs packages into a view as apk would into a root: names before numbers, links of the base
 * followed, {@code replaces} and its priority, changed files below {@code etc} left alone. Nothing
 * is read or written; the outcome says for every entry where it goes, and for every package whether
 * its data segment gives just that when an engine extracts it.
 */
public final class Installation {

  private final RootView root;
  private final Accounts accounts;
  private final Map<String, ApkPackage> packages = new HashMap<>();
  private final DirectoryOwners directoryOwners;
  private final List<PlacedPackage> placed = new ArrayList<>();
  private final Set<String> whiteouts = new TreeSet<>();
  private final ProtectedFolders protectedFolders;
  private final ListedFolders folders = new ListedFolders();

  /** Changed files of packages that are replaced: apk keeps them, and so do we. */
  private final Map<String, Checksum> databaseChecksums;

  public Installation(RootView root, InstalledDatabase database) {
    this.root = root;
    this.accounts = Accounts.of(root);
    this.protectedFolders = ProtectedFolders.of(root);
    this.directoryOwners = DirectoryOwners.of(database);
    this.databaseChecksums = new HashMap<>();
    for (InstalledPackage each : database.packages()) {
      packages.put(each.pkg().name(), each.pkg());
      claim(each);
      each.directories()
          .forEach(folder -> folders.add(root.resolve(folder.path()), each.pkg().name()));
    }
  }

  /** Writes the database's knowledge of who owns what into the view. */
  private void claim(InstalledPackage installed) {
    for (InstalledPackage.Directory directory : installed.directories()) {
      String folder = root.resolve(directory.path());
      for (InstalledPackage.File file : directory.files()) {
        String place = RootView.child(folder, file.name());
        Node node = root.get(place);
        if (node != null && !node.isDirectory()) {
          root.put(place, node.withOwner(installed.pkg().name()));
          if (file.checksum() != null) {
            databaseChecksums.put(place, file.checksum());
          }
        }
      }
    }
  }

  public List<PlacedPackage> placed() {
    return List.copyOf(placed);
  }

  /** What the layers below have and the result must not, sorted. */
  public Set<String> whiteouts() {
    return whiteouts;
  }

  /** Takes away an installed package that the result does without. */
  public void remove(String name) {
    root.ownedBy(name).forEach(this::drop);
    packages.remove(name);
    dropFolders(folders.remove(name));
  }

  /** Takes away a file of a package that has it no more, but not what somebody has changed. */
  private void drop(String path) {
    Node node = root.get(path);
    if (node != null && isProtected(path) && isChanged(path, node)) {
      root.put(path, node.withOwner(null));
      return;
    }
    root.remove(path);
    whiteouts.add(path);
  }

  /** Of folders that no package lists any more, those go that are empty. */
  private void dropFolders(Collection<String> unlisted) {
    for (String folder : new TreeSet<>(unlisted).descendingSet()) {
      Node node = root.get(folder);
      if (node != null && node.isDirectory() && root.below(folder).isEmpty()) {
        root.remove(folder);
        whiteouts.add(folder);
      }
    }
  }

  /**
   * Installs a package.
   *
   * @param contents of those of its files that a build looks into
   */
  public void install(FetchedPackage apk, Map<String, byte[]> contents) {
    String name = apk.pkg().name();
    boolean isNew = packages.put(name, apk.pkg()) == null;
    Set<String> leftOver = isNew ? new TreeSet<>() : new TreeSet<>(root.ownedBy(name));
    Set<String> unlisted = isNew ? new TreeSet<>() : folders.remove(name);
    List<Placement> placements = new ArrayList<>();
    Obstacles obstacles = new Obstacles();
    Records records = new Records();
    if (apk.pkg().installedSize() == 0) {
      // As apk, which then does not even fetch the file.
      apk.entries().forEach(each -> placements.add(Placement.NONE));
      if (!apk.entries().isEmpty()) {
        obstacles.add(Kind.NOT_UNPACKED, "");
      }
    } else {
      Map<String, TarEntry> own = new LinkedHashMap<>();
      for (ListedEntry listed : apk.entries()) {
        Placement placement = place(apk.pkg(), listed, contents, own, obstacles, records);
        placements.add(placement);
        if (placement.path() != null) {
          leftOver.remove(placement.path());
        }
        if (own.put(listed.path(), listed.entry()) != null) {
          obstacles.add(Kind.LISTED_TWICE, listed.path());
        }
      }
    }
    leftOver.forEach(this::drop);
    unlisted.removeIf(folders::isListed);
    dropFolders(unlisted);
    placed.add(new PlacedPackage(apk, placements, records.toPackage(apk.pkg()), obstacles.list()));
  }

  private Placement place(
      ApkPackage pkg,
      ListedEntry listed,
      Map<String, byte[]> contents,
      Map<String, TarEntry> own,
      Obstacles obstacles,
      Records records) {
    TarEntry entry = listed.entry();
    String path = entry.path();
    String fileName = path.substring(path.lastIndexOf('/') + 1);
    if (path.startsWith(".") || fileName.startsWith(".keep_")) {
      obstacles.add(Kind.LEFT_OUT, path);
      return Placement.NONE;
    }
    if (fileName.startsWith(".wh.")) {
      throw new VerificationException(
          pkg.fileName() + ": " + path + " would delete files of other layers; refused");
    }
    requireParents(pkg, path, entry instanceof TarEntry.Directory, own, obstacles);
    String place = root.place(path);
    if (!place.equals(path)) {
      obstacles.add(Kind.THROUGH_LINK, path, place);
    }
    Attributes attributes = accounts.map(entry.attributes());
    if (attributes.uid() != entry.attributes().uid()
        || attributes.gid() != entry.attributes().gid()) {
      obstacles.add(
          Kind.OTHER_OWNER, path, attributes.userName() + ":" + attributes.groupName());
    }
    addRecords(entry, obstacles);
    if (entry instanceof TarEntry.Directory) {
      return directory(pkg, path, place, attributes, obstacles, records);
    }
    return file(pkg, listed, contents.get(path), place, attributes, own, obstacles, records);
  }

  /**
   * What tar headers say of a file besides its checksum and capabilities means something else to
   * each engine. A rewritten package keeps attributes of users, nothing else.
   */
  private static void addRecords(TarEntry entry, Obstacles obstacles) {
    for (String key : entry.attributes().pax().keySet()) {
      if (!key.startsWith(Attributes.XATTR_PREFIX)) {
        if (!key.startsWith("APK-TOOLS.")) {
          obstacles.add(Kind.UNKNOWN_RECORD, entry.path(), key);
        }
      } else if (entry instanceof TarEntry.Directory
          || !key.equals(Attributes.XATTR_PREFIX + FileAttributes.CAPABILITY)) {
        obstacles.add(Kind.REFUSED_ATTRIBUTE, entry.path(), key);
      }
    }
  }

  /**
   * apk does not install a file whose folder the package has not listed before it ("no dirent in
   * archive"). Of folders further up, an engine would make those that it misses as root's with mode
   * 755, dated now, and hide their real attributes in the layers below.
   */
  private void requireParents(
      ApkPackage pkg,
      String path,
      boolean isFolder,
      Map<String, TarEntry> own,
      Obstacles obstacles) {
    String parent = RootView.parent(path);
    boolean listed = parent.isEmpty() || own.get(parent) instanceof TarEntry.Directory;
    if (!listed && !isFolder) {
      throw new VerificationException(
          pkg.fileName()
              + ": "
              + path
              + " lies in the folder "
              + parent
              + ", which the package does not list before it, and apk would not install it; build"
              + " the package anew with abuild or melange, or leave it out");
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
        throw new VerificationException(
            pkg.fileName()
                + ": "
                + path
                + " lies in /"
                + place
                + ", which is no folder in the layers below");
      }
    }
  }

  private Placement directory(
      ApkPackage pkg,
      String path,
      String place,
      Attributes attributes,
      Obstacles obstacles,
      Records records) {
    records.directory(path, attributes);
    String target = root.resolve(place);
    if (!target.equals(place)) {
      obstacles.add(Kind.DIRECTORY_IS_LINK, path, target);
    }
    Node before = root.get(target);
    if (before != null && !before.isDirectory()) {
      throw new VerificationException(
          pkg.fileName() + ": " + path + " is a folder, but a file in the layers below");
    }
    Node after =
        directoryOwners.add(
            target, before, Node.directory(attributes.mode(), attributes.uid(), attributes.gid()));
    root.put(target, after);
    folders.add(target, pkg.name());
    return new Placement(target, after.uid(), after.gid());
  }

  private Placement file(
      ApkPackage pkg,
      ListedEntry listed,
      byte @Nullable [] content,
      String place,
      Attributes attributes,
      Map<String, TarEntry> own,
      Obstacles obstacles,
      Records records) {
    TarEntry entry = listed.entry();
    String path = entry.path();
    Checksum sha1 = listed.sha1();
    int mode = attributes.mode();
    if (entry instanceof TarEntry.HardLink link) {
      TarEntry target = own.get(link.target());
      if (!(target instanceof TarEntry.File)) {
        throw new VerificationException(
            pkg.fileName()
                + ": "
                + path
                + " is a hard link to "
                + link.target()
                + ", which is no earlier file of the package");
      }
      Node linked = root.get(root.place(link.target()));
      sha1 = linked == null ? null : linked.sha1();
      if (target.attributes().mode() != mode) {
        obstacles.add(Kind.HARD_LINK_MODE, path);
        mode = linkedMode(target.attributes().mode(), mode);
      }
      if (target.attributes().uid() != entry.attributes().uid()
          || target.attributes().gid() != entry.attributes().gid()) {
        obstacles.add(Kind.HARD_LINK_OWNER, path);
      }
      if (linked != null && pkg.name().equals(linked.owner())) {
        // Two names of one file: what the second is given, the first has too.
        root.put(
            root.place(link.target()),
            linked.withAttributes(mode, attributes.uid(), attributes.gid()));
      }
    } else if (!(entry instanceof TarEntry.File || entry instanceof TarEntry.SymbolicLink)) {
      obstacles.add(Kind.SPECIAL_FILE, path);
    }
    Node before = root.get(place);
    if (before != null && before.isDirectory()) {
      throw new VerificationException(
          pkg.fileName() + ": " + path + " is a file, but a folder in the layers below");
    }
    String target = place;
    if (before != null && !keepsItsOwn(pkg, before)) {
      if (!takesOver(pkg, before, path)) {
        obstacles.add(Kind.STAYS_WITH_OTHER, path, String.valueOf(before.owner()));
        return Placement.NONE;
      }
    }
    records.file(path, entry, attributes, sha1);
    if (before != null && isProtected(place) && isChanged(place, before)) {
      if (sameContent(before, sha1)) {
        obstacles.add(Kind.ALREADY_THERE, place);
        root.put(place, before.withOwner(pkg.name()));
        return Placement.NONE;
      }
      target = place + ".apk-new";
      obstacles.add(Kind.CHANGED_FILE_STAYS, place);
    }
    Node.Type type =
        entry instanceof TarEntry.SymbolicLink
            ? Node.Type.LINK
            : entry instanceof TarEntry.File || entry instanceof TarEntry.HardLink
                ? Node.Type.FILE
                : Node.Type.OTHER;
    String text = entry instanceof TarEntry.SymbolicLink link ? link.target() : "";
    root.put(
        target,
        new Node(type, mode, attributes.uid(), attributes.gid(), text, sha1, pkg.name(), content));
    if (sha1 != null) {
      databaseChecksums.put(target, sha1);
    }
    return new Placement(target, attributes.uid(), attributes.gid());
  }

  private static boolean keepsItsOwn(ApkPackage pkg, Node before) {
    return before.owner() == null || before.owner().equals(pkg.name());
  }

  /**
   * Whether a package may have a file that another one owns (apk-tools, database.c).
   *
   * @throws VerificationException where neither says that it replaces the other
   */
  private boolean takesOver(ApkPackage pkg, Node before, String path) {
    ApkPackage owner = packages.get(before.owner());
    if (owner == null || (!owner.origin().isEmpty() && owner.origin().equals(pkg.origin()))) {
      return true;
    }
    int mine = priority(pkg, owner);
    int theirs = priority(owner, pkg);
    if (mine < 0 && theirs < 0) {
      throw new VerificationException(
          pkg.fileName()
              + ": trying to overwrite /"
              + path
              + ", which "
              + owner.label()
              + " owns; leave one of the two out");
    }
    return theirs <= mine;
  }

  private static int priority(ApkPackage pkg, ApkPackage other) {
    boolean replaces =
        pkg.replaces().stream()
            .anyMatch(
                dependency ->
                    dependency.name().equals(other.name()) && dependency.accepts(other.version()));
    return replaces ? pkg.replacesPriority() : -1;
  }

  private boolean isProtected(String path) {
    return protectedFolders.contain(path);
  }

  /**
   * A link's mode counts only where it has special bits. Otherwise apk gives the link its owner and
   * leaves it at that, and a change of owner takes setuid and setgid away.
   */
  private static int linkedMode(int target, int link) {
    if ((link & 07000) != 0) {
      return link;
    }
    boolean groupMayRun = (target & 010) != 0;
    return target & ~(groupMayRun ? 06000 : 04000);
  }

  private boolean isChanged(String place, Node before) {
    Checksum recorded = databaseChecksums.get(place);
    return before.owner() == null || !recordedAs(before, recorded);
  }

  private static boolean recordedAs(Node before, @Nullable Checksum recorded) {
    return recorded != null && recorded.equals(before.sha1());
  }

  private static boolean sameContent(Node before, @Nullable Checksum sha1) {
    return sha1 != null && sha1.equals(before.sha1());
  }

  /** Reasons, the first few of them: one is enough to decide, some more help to understand. */
  private static final class Obstacles {

    private static final int MOST = 5;

    private final Set<Obstacle> list = new LinkedHashSet<>();

    void add(Kind kind, String path) {
      add(kind, path, "");
    }

    void add(Kind kind, String path, String other) {
      if (list.size() < MOST) {
        list.add(new Obstacle(kind, path, other));
      }
    }

    List<Obstacle> list() {
      return List.copyOf(list);
    }
  }

  /** Collects a package's lines of the installed database, in the package's order. */
  private static final class Records {

    private final Map<String, List<InstalledPackage.File>> files = new LinkedHashMap<>();
    private final Map<String, InstalledPackage.Owner> owners = new HashMap<>();

    void directory(String path, Attributes attributes) {
      files.computeIfAbsent(path, key -> new ArrayList<>());
      InstalledPackage.Owner owner = owner(attributes, null);
      if (!owner.toString().equals("0:0:755")) {
        owners.put(path, owner);
      }
    }

    void file(String path, TarEntry entry, Attributes attributes, @Nullable Checksum sha1) {
      InstalledPackage.Owner owner = owner(attributes, ExtendedAttributes.checksum(attributes));
      files
          .computeIfAbsent(RootView.parent(path), key -> new ArrayList<>())
          .add(
              new InstalledPackage.File(
                  path.substring(path.lastIndexOf('/') + 1),
                  owner.toString().equals("0:0:644") ? null : owner,
                  entry instanceof TarEntry.Device || entry instanceof TarEntry.Fifo
                      ? null
                      : sha1));
    }

    private static InstalledPackage.Owner owner(Attributes attributes, @Nullable String xattrs) {
      return new InstalledPackage.Owner(
          attributes.uid(), attributes.gid(), attributes.mode(), xattrs);
    }

    InstalledPackage toPackage(ApkPackage pkg) {
      List<InstalledPackage.Directory> directories = new ArrayList<>();
      files.forEach(
          (path, list) ->
              directories.add(new InstalledPackage.Directory(path, owners.get(path), list)));
      return new InstalledPackage(pkg, directories);
    }
  }
}
