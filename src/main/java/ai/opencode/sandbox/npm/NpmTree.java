package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.npm.LockedNpmPackage.Trait;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * An npm installation, as tar entries for layers, with the effects of {@link KnownInstallScript}.
 * The files of a global one, below {@code /usr/local}, are those that {@code npm install --global
 * --prefix /usr/local --ignore-scripts} creates for the same packages. The files of one in a
 * directory are those that {@code npm ci --omit=dev --ignore-scripts} leaves there, with the
 * project's two files, and without {@code node_modules/.package-lock.json}: npm makes that file for
 * itself, with addresses of the registry, and does without it.
 *
 * <p>All files belong to root and have one fixed date. Each group contains the directories that it
 * needs below {@link NpmPlace#above}, so that extracting it creates none implicitly; the
 * directories above belong to the base image. The order of entries is that of install paths and,
 * inside a package, that of its tarball, which the lock's hash fixes: the same lock gives the same
 * bytes.
 */
public final class NpmTree {

  /**
   * The format version, which must be raised with every change to the bytes that the same packages
   * give.
   */
  public static final int FORMAT = 3;

  private final NpmLock selected;
  private final List<NpmLayerGroup> groups;
  private final Map<InstallPath, List<BinLink>> linksByOwner;
  private final BundledPackages bundled;
  private final Map<InstallPath, List<PlacedProgram>> programsByOwner;
  private final Map<InstallPath, List<PlacedProgram>> programsByCarrier;
  private final List<MissingOptional> missing;
  private final NpmPlace place;

  private NpmTree(
      NpmPlace place,
      NpmLock selected,
      List<NpmLayerGroup> groups,
      List<PlacedProgram> programs,
      List<MissingOptional> missing) {
    this.place = place;
    this.selected = selected;
    this.groups = List.copyOf(groups);
    this.programsByOwner =
        programs.stream().collect(Collectors.groupingBy(each -> each.owner().installPath()));
    this.programsByCarrier =
        programs.stream().collect(Collectors.groupingBy(each -> each.carrier().installPath()));
    this.missing = List.copyOf(missing);
    this.linksByOwner = BinLinks.of(selected, place);
    this.bundled = new BundledPackages(selected);
  }

  /**
   * Creates the tree of a project for a platform.
   *
   * @param files the project's files, which are in the tree, too, if it has a directory of its own
   * @throws VerificationException if a file is malformed, or the lock has a package that does not
   *     come from a registry
   * @throws UsageException if the lock has a version that this program does not read, or if two
   *     requested global packages offer the same command
   * @throws ai.opencode.sandbox.failure.ResolutionException if a package does not support the
   *     platform
   * @throws ai.opencode.sandbox.failure.LockException if the lock was made for another project or
   *     is not complete
   */
  public static NpmTree of(NpmPlace place, NpmFiles files, NpmPlatform platform) {
    NpmLock lock = files.lock();
    if (place.isGlobal()) {
      return global(lock, platform);
    }
    NpmLock selected = lock.forPlatform(platform);
    List<NpmLayerGroup> groups = new ArrayList<>(NpmGrouping.of(selected));
    groups.add(NpmLayerGroup.of(place, files));
    return new NpmTree(
        place,
        selected,
        groups,
        PlacedProgram.of(selected, platform),
        MissingOptional.of(lock, selected, platform));
  }

  /**
   * Creates the tree of a global installation for a platform from the matching part of a lock. If
   * the lock is that of an ordinary project, the packages get the places of a global installation.
   *
   * @throws UsageException if two requested packages offer the same command
   * @throws ai.opencode.sandbox.failure.ResolutionException if a package does not support the
   *     platform
   * @throws ai.opencode.sandbox.failure.LockException if the lock is not complete
   */
  public static NpmTree global(NpmLock lock, NpmPlatform platform) {
    NpmLock selected = lock.forPlatform(platform);
    NpmLock shaped = selected.asGlobal();
    return new NpmTree(
        NpmPlace.GLOBAL,
        shaped,
        NpmGrouping.of(shaped),
        PlacedProgram.of(shaped, platform),
        MissingOptional.of(lock, selected, platform));
  }

  /** Returns the place of the tree in an image. */
  public NpmPlace place() {
    return place;
  }

  /**
   * Returns the installation scripts with an unknown effect. That of a known script is unknown,
   * too, if its command is another than the known one.
   *
   * @throws VerificationException if a tarball differs from the locked one or is malformed
   */
  public List<InstallScripts> unknownScripts(TarballSource source) throws IOException {
    return InstallScripts.unknown(
        withScripts(), (of, carrier) -> InstallScripts.read(of, carrier, source));
  }

  /** Returns each package with installation scripts with the package whose tarball has it. */
  public Map<LockedNpmPackage, LockedNpmPackage> withScripts() {
    Map<LockedNpmPackage, LockedNpmPackage> packages = new LinkedHashMap<>();
    for (LockedNpmPackage each : selected.packages()) {
      if (each.has(Trait.INSTALL_SCRIPT)) {
        packages.put(each, selected.carrier(each));
      }
    }
    return packages;
  }

  /**
   * Returns the paths that an image below must not have: those of the top packages and of their
   * commands, or those of the project's files and packages.
   */
  public Set<String> places() {
    Set<String> places = new TreeSet<>();
    if (!place.isGlobal()) {
      places.add(place.modules());
      places.add(place.prefix() + NpmFiles.PROJECT);
      places.add(place.prefix() + NpmFiles.LOCK);
      return places;
    }
    for (LockedNpmPackage each : selected.packages()) {
      if (each.installPath().isTop()) {
        places.add(place.prefix() + each.installPath());
      }
    }
    linksByOwner.values().stream()
        .flatMap(List::stream)
        .filter(BinLink::global)
        .map(BinLink::path)
        .forEach(places::add);
    return places;
  }

  /** Returns the optional packages that the platform needs and the lock lacks. */
  public List<MissingOptional> missing() {
    return missing;
  }

  /** Returns every package of the tree, including bundled ones, sorted by install path. */
  public List<LockedNpmPackage> packages() {
    return selected.packages();
  }

  /**
   * Returns the groups: first one for the packages that several requested packages need, if there
   * are any; then those of the requested packages, with everything that only they need; then that
   * of the project's own files, if it has a directory of its own. Each package with a tarball is in
   * exactly one group.
   */
  public List<NpmLayerGroup> groups() {
    return groups;
  }

  /**
   * Returns the facts about the packages of a group, by install path, with those that are bundled
   * in the tarballs of others.
   */
  public List<NpmFacts> facts(NpmLayerGroup group) {
    List<LockedNpmPackage> all = new ArrayList<>();
    for (LockedNpmPackage each : group.packages()) {
      all.add(each);
      all.addAll(bundled.of(each));
    }
    all.sort(Comparator.comparing(LockedNpmPackage::installPath));
    return all.stream().map(each -> each.facts(place.prefix() + each.installPath())).toList();
  }

  /**
   * Returns everything that determines the bytes of a group's packages, beside {@link #FORMAT} and
   * the place: two groups with equal ingredients give equal entries.
   */
  public List<NpmIngredient> ingredients(NpmLayerGroup group) {
    List<NpmIngredient> all = new ArrayList<>();
    for (LockedNpmPackage each : group.packages()) {
      SortedMap<String, String> links = new TreeMap<>();
      for (BinLink link : links(each)) {
        links.put(link.path(), link.target());
      }
      replaced(each).forEach((file, target) -> links.put(root(each) + file, target));
      all.add(ingredient(each, links));
    }
    return all;
  }

  private NpmIngredient ingredient(LockedNpmPackage each, SortedMap<String, String> links) {
    List<String> names = new ArrayList<>(List.of(each.id()));
    bundled.of(each).forEach(inside -> names.add(inside.installPath() + " " + inside.id()));
    return new NpmIngredient(each.installPath(), names, tarball(each), executables(each), links);
  }

  /**
   * Returns the files of a tarball that must be executable. npm changes the mode of a program only
   * if it makes the link of its command.
   */
  private SortedSet<String> executables(LockedNpmPackage each) {
    SortedSet<String> files = new TreeSet<>(programs(each));
    links(each).forEach(link -> files.add(link.file()));
    return files;
  }

  private List<BinLink> links(LockedNpmPackage owner) {
    return linksByOwner.getOrDefault(owner.installPath(), List.of());
  }

  /** Returns the files of a package that replace files of other packages. */
  private Set<String> programs(LockedNpmPackage carrier) {
    return programsByCarrier.getOrDefault(carrier.installPath(), List.of()).stream()
        .map(PlacedProgram::program)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Returns the files of a package that become links, with the targets of the links. */
  private SortedMap<String, String> replaced(LockedNpmPackage owner) {
    SortedMap<String, String> links = new TreeMap<>();
    for (PlacedProgram each : programsByOwner.getOrDefault(owner.installPath(), List.of())) {
      links.put(each.file(), each.target());
    }
    return links;
  }

  private String root(LockedNpmPackage each) {
    return place.prefix() + each.installPath() + "/";
  }

  private static Integrity tarball(LockedNpmPackage each) {
    return each.tarballIntegrity().orElseThrow();
  }

  /**
   * Writes the entries of a group, without the end of the archive. Each tarball is checked against
   * its integrity while it is read, so after an exception the written entries must be discarded.
   *
   * @throws VerificationException if a tarball differs from the locked one, or contains an entry
   *     that packages must not have
   */
  public void writeTo(TarWriter writer, NpmLayerGroup group, TarballSource source)
      throws IOException {
    GroupOutput output = new GroupOutput(writer, place);
    for (Map.Entry<String, String> file : group.files().entrySet()) {
      output.text(place.prefix() + file.getKey(), file.getValue());
    }
    List<BinLink> links = new ArrayList<>();
    for (LockedNpmPackage each : group.packages()) {
      links.addAll(writePackage(output, each, source));
    }
    links.sort(Comparator.comparing(BinLink::path));
    for (BinLink link : links) {
      output.link(link.path(), link.target());
    }
  }

  /** Writes a package and returns the links to files that its tarball contains. */
  private List<BinLink> writePackage(
      GroupOutput output, LockedNpmPackage each, TarballSource source) throws IOException {
    FetchedTarball fetched = source.of(each);
    String name = fetched.name();
    String root = root(each);
    SortedMap<String, String> replaced = replaced(each);
    LockedContents contents = new LockedContents(each, bundled.of(each), name);
    try (InputStream tgz = source.open(fetched);
        NpmTarball tarball = new NpmTarball(tgz, name, executables(each))) {
      output.directories(root);
      for (TarEntry entry = tarball.next(); entry != null; entry = tarball.next()) {
        contents.requireListed(entry);
        if (replaced.containsKey(entry.path())) {
          output.link(root + entry.path(), replaced.get(entry.path()));
        } else if (entry instanceof TarEntry.File file) {
          output.file(
              new TarEntry.File(root + file.path(), file.attributes(), file.size()),
              contents.checked(file, tarball.content()));
        } else {
          output.directories(root + entry.path() + "/");
        }
      }
      requireFiles(tarball, replaced.keySet(), name);
      requireFiles(tarball, programs(each), name);
      List<BinLink> links = new ArrayList<>();
      for (BinLink link : links(each)) {
        if (tarball.sawFile(link.file())) {
          links.add(link);
        } else if (link.global()) {
          throw new VerificationException(
              name
                  + ": the command "
                  + link.path().substring(place.commands().length() + 1)
                  + " points to "
                  + link.file()
                  + ", which the package does not contain");
        }
      }
      return links;
    }
  }

  private static void requireFiles(NpmTarball tarball, Set<String> files, String name) {
    for (String file : files) {
      if (!tarball.sawFile(file)) {
        throw new VerificationException(
            name
                + " does not contain "
                + file
                + ", which an installation script uses. Use another version of the package.");
      }
    }
  }
}
