package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.install.PlacedEntry;
import ai.opencode.sandbox.install.PlacedPackage;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The corrections that a layer above the verbatim layers, which store packages unchanged, must
 * make: the differences between the finished root and the result of these layers.
 *
 * @param directories paths of directories whose attributes in the finished root differ from those
 *     in a package
 * @param deleted paths that a layer below has and the finished root does not
 */
record Corrections(Set<String> directories, Set<String> deleted) {

  static final Corrections NONE = new Corrections(Set.of(), Set.of());

  Corrections {
    directories = Set.copyOf(directories);
    deleted = Set.copyOf(deleted);
  }

  /**
   * Compares the directories of a finished root with those of packages; {@code deleted} is taken
   * over.
   *
   * @param verbatim the packages whose files are stored unchanged, in the verbatim layers
   */
  static Corrections of(Root root, List<PlacedPackage> verbatim, Set<String> deleted) {
    Set<String> wrong = new TreeSet<>();
    for (PlacedPackage each : verbatim) {
      for (PlacedEntry entry : each.entries()) {
        Node last = entry.path() == null ? null : root.get(entry.path());
        if (entry.isDirectory()
            && last != null
            && !last.access().equals(entry.entry().attributes().access())) {
          wrong.add(entry.path());
        }
      }
    }
    return new Corrections(wrong, deleted);
  }
}
