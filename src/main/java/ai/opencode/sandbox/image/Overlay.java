package ai.opencode.sandbox.image;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.util.Arrays;
import java.util.Collections;
import java.util.Objects;
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

  private final Root.Builder root;
  private final SortedMap<String, Node> entries = new TreeMap<>();

  /**
   * Creates an empty overlay.
   *
   * @param root the root below, to which every entry is added too
   */
  Overlay(Root.Builder root) {
    this.root = root;
  }

  /**
   * Returns all entries by path without leading slash, parents first: directories, and files with
   * their content.
   */
  SortedMap<String, Node> entries() {
    return Collections.unmodifiableSortedMap(entries);
  }

  /** Creates a directory, or gives an existing one these attributes. */
  void directory(String path, int mode, long uid, long gid) {
    String place = root.resolve(path);
    Node before = root.get(place);
    Node node = Node.directory(mode, uid, gid);
    if (before != null && before.isDirectory() && before.hasAttributes(mode, uid, gid)) {
      return;
    }
    requireDirectory(path, before);
    parents(place);
    root.put(place, node);
    entries.put(place, node);
  }

  /** Writes a file, unless the root has it with the same content and attributes. */
  void file(String path, int mode, long uid, long gid, byte[] content) {
    String place = root.resolve(path);
    Node before = root.get(place);
    if (before != null
        && before.hasAttributes(mode, uid, gid)
        && Arrays.equals(before.content(), content)) {
      return;
    }
    if (before != null && before.isDirectory()) {
      throw new UsageException(
          "/" + path + " cannot be a file: the packages make it a directory. Choose another path.");
    }
    parents(place);
    Node node = Node.file(mode, uid, gid, content);
    root.put(place, node);
    entries.put(place, node);
  }

  /** Adds a file as the root has it, because no layer below does. */
  void include(String path) {
    Node node = Objects.requireNonNull(root.get(path), path);
    parents(path);
    Objects.requireNonNull(node.content(), path);
    entries.put(path, node);
  }

  /** Replaces a file's content. An existing file keeps its attributes. */
  void content(String path, int modeOfNew, byte[] content) {
    Node before = root.get(root.resolve(path));
    if (before == null) {
      file(path, modeOfNew, 0, 0, content);
    } else {
      file(path, before.mode(), before.uid(), before.gid(), content);
    }
  }

  private static void requireDirectory(String path, @Nullable Node before) {
    if (before != null && !before.isDirectory()) {
      throw new UsageException(
          "/" + path + " cannot be a directory: the packages make it a file. Choose another path.");
    }
  }

  private void parents(String place) {
    int slash = place.lastIndexOf('/');
    if (slash < 0) {
      return;
    }
    String parent = place.substring(0, slash);
    if (entries.containsKey(parent)) {
      return;
    }
    parents(parent);
    Node node = root.get(parent);
    if (node == null) {
      node = Node.directory(0755, 0, 0);
      root.put(parent, node);
    }
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
    entries.put(parent, node);
  }
}
