package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.install.PlacedEntry;
import ai.opencode.sandbox.install.PlacedPackage;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Differences between the finished root and the result of the verbatim layers.
 *
 * @param directories paths of directories whose final attributes differ
 * @param deleted paths of the layers below that the finished root does not have
 */
record Corrections(Set<String> directories, Set<String> deleted) {

  static final Corrections NONE = new Corrections(Set.of(), Set.of());

  Corrections {
    directories = Set.copyOf(directories);
    deleted = Set.copyOf(deleted);
  }

  /**
   * Compares a finished root with verbatim layers.
   *
   * @param verbatim the packages stored verbatim
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
