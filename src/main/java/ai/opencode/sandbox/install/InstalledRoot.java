package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The outcome of an installation.
 *
 * @param root the file system with the packages and the effects of their scripts
 * @param placed the installed packages, in the order of installation
 * @param database apk's list of installed packages
 * @param whiteouts paths that exist in the layers below and not in the root
 */
public record InstalledRoot(
    Root root, List<PlacedPackage> placed, InstalledDatabase database, Set<String> whiteouts) {

  public InstalledRoot {
    placed = List.copyOf(placed);
    whiteouts = Set.copyOf(whiteouts);
  }

  static InstalledRoot of(
      Root root,
      InstalledDatabase before,
      List<PlacedPackage> placed,
      Set<PackageId> removed,
      Set<String> whiteouts) {
    return new InstalledRoot(
        root,
        placed.stream().map(each -> each.in(root)).toList(),
        database(root, before, placed, removed),
        whiteouts);
  }

  /** Returns the installed packages that this installation has not added or replaced. */
  public List<ApkPackage> staying() {
    Set<PackageId> newcomers = ids(placed);
    return database.withoutFiles().list().stream()
        .filter(pkg -> !newcomers.contains(pkg.id()))
        .toList();
  }

  private static Set<PackageId> ids(List<PlacedPackage> placed) {
    return placed.stream().map(PlacedPackage::id).collect(Collectors.toSet());
  }

  private static InstalledDatabase database(
      Root root, InstalledDatabase before, List<PlacedPackage> placed, Set<PackageId> removed) {
    Set<PackageId> newcomers = ids(placed);
    List<InstalledPackage> kept = new ArrayList<>();
    for (InstalledPackage each : before.packages()) {
      if (!removed.contains(each.id())) {
        kept.add(newcomers.contains(each.id()) ? each : own(root, each, newcomers));
      }
    }
    return new InstalledDatabase(kept)
        .with(placed.stream().map(each -> own(root, DatabaseRecord.of(each), newcomers)).toList());
  }

  /** Returns a package's record without the files that newly installed packages took over. */
  private static InstalledPackage own(
      Root root, InstalledPackage installed, Set<PackageId> newcomers) {
    List<InstalledPackage.Directory> directories = new ArrayList<>();
    boolean changed = false;
    for (InstalledPackage.Directory directory : installed.directories()) {
      List<InstalledPackage.File> files = new ArrayList<>();
      String place = root.resolve(directory.path());
      for (InstalledPackage.File file : directory.files()) {
        Node node = root.get(Root.child(place, file.name()));
        PackageId owner = node == null ? null : node.owner();
        boolean lost = owner != null && !owner.equals(installed.id()) && newcomers.contains(owner);
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
