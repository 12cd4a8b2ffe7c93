package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * An installation of packages on a root by apk's rules: owners by name before number, links of the
 * base followed, {@code replaces} with its priority, changed files below {@code etc} kept. It does
 * no I/O. The outcome has the final path of every entry, and for every package the obstacles to
 * storing it verbatim.
 */
public final class Installation {

  private final InstalledDatabase before;
  private final InstallationState state;
  private final Root.Builder root;
  private final List<PlacedPackage> placed = new ArrayList<>();
  private final Set<PackageId> removed = new HashSet<>();
  private final Set<String> whiteouts = new TreeSet<>();

  /**
   * Starts an installation.
   *
   * @param below the file system that packages are installed on
   * @param database apk's list of the packages installed on it
   * @param leaving those that will be removed, or replaced by another build
   */
  public Installation(Root below, InstalledDatabase database, Set<PackageId> leaving) {
    this.before = database;
    this.state = new InstallationState(below, database, leaving);
    this.root = state.root;
  }

  /** Returns the unfinished root, to which the effects of scripts are added. */
  public Root.Builder root() {
    return root;
  }

  /** Removes an installed package that the result does not contain. */
  public void remove(InstalledPackage installed) {
    PackageId id = installed.id();
    removed.add(id);
    root.ownedBy(id).forEach(this::drop);
    state.packages.remove(id);
    dropDirectories(state.directories.remove(id));
  }

  /**
   * Installs a package.
   *
   * @param contents the contents of the files that a build reads ({@link PackageContents}), by path
   */
  public void install(FetchedPackage apk, Map<String, byte[]> contents) {
    PackageId id = apk.pkg().id();
    boolean isNew = state.install(apk.pkg()) == null;
    Set<String> leftOver = isNew ? new TreeSet<>() : new TreeSet<>(root.ownedBy(id));
    Set<String> unlisted = isNew ? new TreeSet<>() : state.directories.remove(id);
    PlacedPackage now = new PackagePlacement(state, apk, contents).place();
    for (PlacedEntry each : now.entries()) {
      if (each.path() != null) {
        leftOver.remove(each.path());
      }
    }
    leftOver.forEach(this::drop);
    unlisted.removeIf(state.directories::isListed);
    dropDirectories(unlisted);
    placed.add(now);
  }

  /** Removes a file that its package no longer contains, unless it was changed and is protected. */
  private void drop(String path) {
    Node node = root.get(path);
    if (node != null && state.isToStay(path, node)) {
      root.put(path, node.withOwner(null));
      return;
    }
    root.remove(path);
    whiteouts.add(path);
  }

  /** Removes those of some unlisted directories that are empty, as apk does. */
  private void dropDirectories(Collection<String> unlisted) {
    for (String path : new TreeSet<>(unlisted).descendingSet()) {
      Node node = root.get(path);
      if (node != null && node.isDirectory() && root.isEmpty(path)) {
        root.remove(path);
        whiteouts.add(path);
      }
    }
  }

  /** Ends the installation and makes the root immutable. */
  public InstalledRoot finish() {
    return InstalledRoot.of(root.build(), before, placed, removed, whiteouts);
  }
}
