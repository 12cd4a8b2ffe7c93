package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.install.PlacedEntry;
import ai.opencode.sandbox.install.PlacedPackage;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Differences between the finished root and what the layers that stay unchanged give.
 *
 * @param directories those whose attributes are other than in the end
 * @param deleted paths of the layers below that must not be there in the end
 */
record Corrections(Set<String> directories, Set<String> deleted) {

  static final Corrections NONE = new Corrections(Set.of(), Set.of());

  Corrections {
    directories = Set.copyOf(directories);
    deleted = Set.copyOf(deleted);
  }

  /**
   * @param verbatim packages that are stored verbatim
   */
  static Corrections of(Root root, List<PlacedPackage> verbatim, Set<String> deleted) {
    Set<String> wrong = new TreeSet<>();
    for (PlacedPackage each : verbatim) {
      for (PlacedEntry entry : each.entries()) {
        Node last = entry.path() == null ? null : root.get(entry.path());
        Attributes has = entry.entry().attributes();
        if (entry.isDirectory()
            && last != null
            && !last.hasAttributes(has.mode(), has.uid(), has.gid())) {
          wrong.add(entry.path());
        }
      }
    }
    return new Corrections(wrong, deleted);
  }
}
