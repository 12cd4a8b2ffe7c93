package ai.opencode.sandbox.npm;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The packages of one layer, grouped so that a new version of one tool changes one layer.
 *
 * @param title the layer's title in the image's history: {@code typescript@5.9.3}
 * @param packages those with a tarball of their own, sorted by install path
 * @param files the texts of files of the project itself, by name
 */
public record NpmLayerGroup(
    String title, List<LockedNpmPackage> packages, SortedMap<String, String> files) {

  private static final String SHARED = "shared dependencies";

  public NpmLayerGroup {
    packages = List.copyOf(packages);
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /** Returns the group of packages that several requested packages need. */
  static NpmLayerGroup shared(List<LockedNpmPackage> packages) {
    return new NpmLayerGroup(SHARED, packages, new TreeMap<>());
  }

  /**
   * Returns a group of requested packages, with those that only they need.
   *
   * @param requested the requested packages, at least one
   */
  static NpmLayerGroup of(List<LockedNpmPackage> requested, List<LockedNpmPackage> packages) {
    int others = requested.size() - 1;
    String more = others == 0 ? "" : " and " + others + (others == 1 ? " other" : " others");
    return new NpmLayerGroup(requested.get(0).id() + more, packages, new TreeMap<>());
  }

  /** Returns the group of the project's own files. */
  static NpmLayerGroup of(NpmPlace place, NpmFiles files) {
    SortedMap<String, String> texts = new TreeMap<>();
    texts.put(NpmFiles.PROJECT, files.packageJson());
    texts.put(NpmFiles.LOCK, files.packageLock());
    return new NpmLayerGroup("project /" + place.directory(), List.of(), texts);
  }
}
