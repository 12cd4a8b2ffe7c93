package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Installs packages on a root as apk would: names before numbers, links of the base followed,
 * {@code replaces} and its priority, changed files below {@code etc} left alone. Nothing is read or
 * written; the outcome says for every entry where it goes, and for every package whether its data
 * segment gives just that when an engine extracts it.
 */
public final class Installation {

  private final InstalledDatabase before;
  private final InstallationState state;
  private final Root.Builder root;
  private final List<PlacedPackage> placed = new ArrayList<>();
  private final Set<String> removed = new TreeSet<>();
  private final Set<String> whiteouts = new TreeSet<>();

  /**
   * @param below the file system that packages are installed on
   * @param database apk's knowledge of it
   */
  public Installation(Root below, InstalledDatabase database) {
    this.before = database;
    this.state = new InstallationState(below, database);
    this.root = state.root;
  }

  /** The root as it is being made, for the effects of scripts. */
  public Root.Builder root() {
    return root;
  }

  /** Takes away an installed package that the result does without. */
  public void remove(String name) {
    removed.add(name);
    root.ownedBy(name).forEach(this::drop);
    state.packages.remove(name);
    dropDirectories(state.directories.remove(name));
  }

  /**
   * Installs a package.
   *
   * @param contents of those of its files that a build looks into
   */
  public void install(FetchedPackage apk, Map<String, byte[]> contents) {
    String name = apk.pkg().name();
    boolean isNew = state.packages.put(name, apk.pkg()) == null;
    Set<String> leftOver = isNew ? new TreeSet<>() : new TreeSet<>(root.ownedBy(name));
    Set<String> unlisted = isNew ? new TreeSet<>() : state.directories.remove(name);
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

  /** Takes away a file of a package that has it no more, but not what somebody has changed. */
  private void drop(String path) {
    Node node = root.get(path);
    if (node != null && state.isToStay(path, node)) {
      root.put(path, node.withOwner(null));
      return;
    }
    root.remove(path);
    whiteouts.add(path);
  }

  /** Of directories that no package lists any more, those go that are empty. */
  private void dropDirectories(Collection<String> unlisted) {
    for (String path : new TreeSet<>(unlisted).descendingSet()) {
      Node node = root.get(path);
      if (node != null && node.isDirectory() && root.isEmpty(path)) {
        root.remove(path);
        whiteouts.add(path);
      }
    }
  }

  /** Ends the installation; the root cannot be changed any more. */
  public InstalledRoot finish() {
    return InstalledRoot.of(root.build(), before, placed, removed, whiteouts);
  }
}
