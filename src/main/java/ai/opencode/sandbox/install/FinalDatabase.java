package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.RootView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** apk's list of installed packages after an installation. */
public final class FinalDatabase {

  private FinalDatabase() {}

  /**
   * Makes the list.
   *
   * @param root as it is in the end
   * @param before the list of the layers below
   * @param placed the packages that were installed
   * @param removed names of those that were there before and are not any more
   */
  public static InstalledDatabase of(
      RootView root, InstalledDatabase before, List<PlacedPackage> placed, List<String> removed) {
    Set<String> newcomers = new HashSet<>();
    placed.forEach(each -> newcomers.add(each.name()));
    List<InstalledPackage> kept = new ArrayList<>();
    for (InstalledPackage each : before.packages()) {
      if (!removed.contains(each.pkg().name())) {
        kept.add(newcomers.contains(each.pkg().name()) ? each : own(root, each, newcomers));
      }
    }
    return new InstalledDatabase(kept)
        .with(placed.stream().map(each -> own(root, each.record(), newcomers)).toList());
  }

  /** A record without the files that one of the newcomers has taken over. */
  private static InstalledPackage own(
      RootView root, InstalledPackage installed, Set<String> newcomers) {
    List<InstalledPackage.Directory> directories = new ArrayList<>();
    boolean changed = false;
    for (InstalledPackage.Directory directory : installed.directories()) {
      List<InstalledPackage.File> files = new ArrayList<>();
      String folder = root.resolve(directory.path());
      for (InstalledPackage.File file : directory.files()) {
        Node node = root.get(RootView.child(folder, file.name()));
        String owner = node == null ? null : node.owner();
        boolean lost =
            owner != null && !owner.equals(installed.pkg().name()) && newcomers.contains(owner);
        changed |= lost;
        if (!lost) {
          files.add(file);
        }
      }
      directories.add(new InstalledPackage.Directory(directory.path(), directory.owner(), files));
    }
    return changed ? installed.withDirectories(directories) : installed;
  }
}
