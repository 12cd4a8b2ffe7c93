package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.FileOwners;
import ai.opencode.sandbox.inspect.content.ImageRoot;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.util.Set;
import java.util.TreeSet;

/**
 * The links to busybox that its own install scripts create, one for each command; the database does
 * not list them.
 */
final class Applets {

  private static final String LIST = "etc/busybox-paths.d/busybox";
  private static final Set<String> DIRECTORIES = Set.of("bin", "sbin", "usr/bin", "usr/sbin");

  private final ImageRoot root;
  private final FileOwners owners;
  private final Set<String> listed = new TreeSet<>();

  Applets(ImageRoot root, FileOwners owners) {
    this.root = root;
    this.owners = owners;
    if (owners.of(LIST).isPresent()) {
      for (String line : root.text(LIST).orElse("").split("\n", -1)) {
        root.locate(line).map(RootEntry::path).ifPresent(listed::add);
      }
    }
  }

  /**
   * Returns whether an entry is a link to a package's busybox, in a directory where the scripts
   * create such links.
   */
  boolean has(RootEntry entry) {
    String path = entry.path();
    return entry.isLink()
        && DIRECTORIES.contains(path.substring(0, Math.max(0, path.lastIndexOf('/'))))
        && (listed.isEmpty() || listed.contains(path))
        && root.follow(path)
            .filter(RootEntry::isProgram)
            .map(RootEntry::path)
            .filter(target -> target.endsWith("bin/busybox") && owners.of(target).isPresent())
            .isPresent();
  }

  /**
   * Returns whether the busybox package itself lists the link; packages before Alpine 3.17 contain
   * no list.
   */
  boolean lists(RootEntry entry) {
    return listed.contains(entry.path()) && has(entry);
  }
}
