package ai.opencode.sandbox.image;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.definition.FileContent;
import ai.opencode.sandbox.definition.SystemPlaces;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.rootfs.KeptFiles;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Files and directories on top of the packages, with all their parent directories, which Jib would
 * otherwise create with root as owner and mode 755. Paths are resolved through the links of the
 * root below, because Jib would replace a link by a directory.
 */
final class Overlay {

  private static final int PLAIN_MODES = 0777;

  /** The settings of packages, which apk protects as the administrator's own when it updates. */
  private static final String SETTINGS = "etc/";

  private final Root.Builder root;
  private final Set<String> mounts;
  private final SortedMap<String, Addition> additions = new TreeMap<>();

  /**
   * Creates an empty overlay.
   *
   * @param root the root below, to which every entry is added too
   * @param mounts the absolute paths of hardened containers' mounts, which hide files
   */
  Overlay(Root.Builder root, Set<String> mounts) {
    this.root = root;
    this.mounts = Set.copyOf(mounts);
  }

  /**
   * Returns all entries by path without leading slash, parents first: directories, and files with
   * their content.
   */
  SortedMap<String, Addition.Entry> entries() {
    return only(Addition.Entry.class);
  }

  /** Returns symbolic links by path; they are not among the entries. */
  SortedMap<String, Addition.Link> links() {
    return only(Addition.Link.class);
  }

  private <T extends Addition> SortedMap<String, T> only(Class<T> type) {
    SortedMap<String, T> some = new TreeMap<>();
    additions.forEach(
        (path, each) -> {
          if (type.isInstance(each)) {
            some.put(path, type.cast(each));
          }
        });
    return Collections.unmodifiableSortedMap(some);
  }

  /** Creates a directory, unless there is one, which keeps its attributes. */
  void missingDirectory(String path, Access access) {
    Node before = root.get(root.resolve(path));
    if (before == null || !before.isDirectory()) {
      directory(path, access);
    }
  }

  /**
   * Writes a file of a definition, in place of a file or link with its name. Directories above it
   * are found through links.
   *
   * @throws UsageException if there is a directory, or the place belongs to another file
   */
  void file(String path, Access access, FileContent content) throws IOException {
    String place = own(path, "file");
    parents(place);
    Node node = node(place, access, content);
    root.put(place, node);
    additions.put(place, new Addition.Entry(node, Optional.of(content)));
  }

  /** Creates a symbolic link, in place of a file or link with its name. */
  void link(String path, String target) {
    String place = own(path, "symbolic link");
    missingParents(place);
    root.put(place, Node.link(target));
    additions.put(place, new Addition.Link(target));
  }

  /** Returns the place of a definition's file, which no other file of the definition may have. */
  private String own(String path, String kind) {
    String place = root.place(path);
    SystemPlaces.requireFree("/" + place);
    requireVisible(path, place);
    Node there = root.get(root.resolve(place));
    if (there != null && there.isDirectory()) {
      throw new UsageException(
          "/"
              + path
              + " cannot be a "
              + kind
              + ": the packages make it a directory. Choose another path.");
    }
    Node replaced = root.get(place);
    if (replaced != null && replaced.owner() != null && !place.startsWith(SETTINGS)) {
      throw new UsageException(
          "/"
              + path
              + " cannot be a "
              + kind
              + ": the package "
              + replaced.owner()
              + " has it, and is signed with it. Choose another path, such as one below /usr/local;"
              + " only files below /etc may replace those of packages.");
    }
    if (isOfDefinition(additions.get(place))) {
      throw new UsageException(
          "/"
              + path
              + " leads to /"
              + place
              + " through a symbolic link, and the definition has another file there. Choose another"
              + " path.");
    }
    return place;
  }

  private static boolean isOfDefinition(@Nullable Addition there) {
    return there instanceof Addition.Link
        || (there instanceof Addition.Entry entry && entry.defined().isPresent());
  }

  /** Refuses a place behind a link that is in a mount; a definition refuses such paths itself. */
  private void requireVisible(String path, String place) {
    for (String each = "/" + place;
        !each.isEmpty();
        each = each.substring(0, each.lastIndexOf('/'))) {
      if (mounts.contains(each)) {
        throw new UsageException(
            "/"
                + path
                + " leads to /"
                + place
                + " through a symbolic link, and would be hidden there: hardened containers have a"
                + " mount at "
                + each
                + ". Choose another path.");
      }
    }
  }

  /**
   * Returns the node of a file. Its content is kept only if it is in memory, or a build reads it.
   */
  private static Node node(String place, Access access, FileContent content) throws IOException {
    if (content.isHeld() || KeptFiles.isKept(place, content.size())) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      content.writeTo(bytes);
      return Node.file(access, bytes.toByteArray());
    }
    MessageDigest sha1 = Checksum.newSha1();
    content.writeTo(new DigestOutputStream(OutputStream.nullOutputStream(), sha1));
    return new Node(Node.Type.FILE, access, "", Checksum.from(sha1.digest()), null, null);
  }

  /** Creates a directory, or gives an existing one these attributes. */
  void directory(String path, Access access) {
    String place = root.resolve(path);
    Node before = root.get(place);
    Node node = Node.directory(access);
    if (before != null && before.isDirectory() && before.access().equals(access)) {
      return;
    }
    requireDirectory(path, before);
    SystemPlaces.requireFree("/" + place);
    parents(place);
    root.put(place, node);
    additions.put(place, Addition.Entry.of(node));
  }

  /** Writes a file, unless the root has it with the same content and attributes. */
  void file(String path, Access access, byte[] content) {
    String place = root.resolve(path);
    Node before = root.get(place);
    if (before != null
        && before.access().equals(access)
        && Arrays.equals(before.content(), content)) {
      return;
    }
    if (before != null && before.isDirectory()) {
      throw new UsageException(
          "/" + path + " cannot be a file: the packages make it a directory. Choose another path.");
    }
    parents(place);
    Node node = Node.file(access, content);
    root.put(place, node);
    additions.put(place, Addition.Entry.of(node));
  }

  /** Adds a file as the root has it, because no layer below does. */
  void include(String path) {
    Node node = Objects.requireNonNull(root.get(path), path);
    parents(path);
    Objects.requireNonNull(node.content(), path);
    additions.put(path, Addition.Entry.of(node));
  }

  /** Replaces a file's content. An existing file keeps its attributes. */
  void content(String path, int modeOfNew, byte[] content) {
    Node before = root.get(root.resolve(path));
    if (before == null) {
      file(path, Access.ofRoot(modeOfNew), content);
    } else {
      file(path, before.access(), content);
    }
  }

  private static void requireDirectory(String path, @Nullable Node before) {
    if (before != null && !before.isDirectory()) {
      throw new UsageException(
          "/" + path + " cannot be a directory: the packages make it a file. Choose another path.");
    }
  }

  private void missingParents(String place) {
    int slash = place.lastIndexOf('/');
    if (slash >= 0) {
      missingParents(place.substring(0, slash));
      made(place.substring(0, slash));
    }
  }

  /** Returns a directory, which is created if it is missing. */
  private Node made(String directory) {
    Node node = root.get(directory);
    if (node == null) {
      node = Node.directory(0755, 0, 0);
      root.put(directory, node);
    }
    if (!node.isDirectory()) {
      throw new UsageException(
          "/"
              + directory
              + " cannot be a directory: the packages or the parent make it a file. Choose another"
              + " path.");
    }
    return node;
  }

  private void parents(String place) {
    int slash = place.lastIndexOf('/');
    if (slash < 0) {
      return;
    }
    String parent = place.substring(0, slash);
    if (additions.containsKey(parent)) {
      return;
    }
    parents(parent);
    Node node = made(parent);
    if ((node.mode() & ~PLAIN_MODES) != 0) {
      throw new UsageException(
          "/"
              + place
              + " lies in /"
              + parent
              + ", whose mode "
              + Integer.toOctalString(node.mode())
              + " Jib cannot write. Choose another path.");
    }
    additions.put(parent, Addition.Entry.of(node));
  }
}
