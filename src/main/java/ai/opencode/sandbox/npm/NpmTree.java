package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.npm.LockedNpmPackage.Trait;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A global npm installation below {@code /usr/local}, as tar entries for layers. Its files are
 * those that {@code npm install --global --prefix /usr/local --ignore-scripts} creates for the same
 * packages, with the effects of {@link KnownInstallScript}.
 *
 * <p>All files belong to root and have one fixed date. Each group contains the directories that it
 * needs, from {@code usr/local/lib} and {@code usr/local/bin} down, so that extracting it creates
 * none implicitly; {@code usr/local} itself belongs to the base image. The order of entries is that
 * of install paths and, inside a package, that of its tarball, which the lock's hash fixes: the
 * same lock gives the same bytes.
 */
public final class NpmTree {

  /** The directory of packages, relative to the root of the file system. */
  public static final String MODULES = "usr/local/lib/node_modules";

  private static final String PREFIX = "usr/local/";
  static final String LIB = PREFIX + "lib/";
  static final String BIN = PREFIX + "bin";

  /**
   * The format version, which must be raised with every change to the bytes that the same packages
   * give.
   */
  public static final int FORMAT = 2;

  private final NpmLock selected;
  private final List<NpmLayerGroup> groups;
  private final Map<InstallPath, List<BinLink>> linksByOwner;
  private final BundledPackages bundled;
  private final List<PlacedProgram> programs;
  private final List<MissingOptional> missing;

  private NpmTree(NpmLock selected, List<PlacedProgram> programs, List<MissingOptional> missing) {
    this.selected = selected;
    this.programs = List.copyOf(programs);
    this.missing = List.copyOf(missing);
    this.groups = NpmGrouping.of(selected);
    this.linksByOwner = BinLinks.of(selected);
    this.bundled = new BundledPackages(selected);
  }

  /**
   * Creates the tree for a platform from the matching part of a lock.
   *
   * @throws UsageException if the lock's tree does not have the shape of a global installation
   * @throws ai.opencode.sandbox.failure.ResolutionException if a package does not support the
   *     platform
   * @throws ai.opencode.sandbox.failure.LockException if the lock is not complete
   */
  public static NpmTree of(NpmLock lock, NpmPlatform platform) {
    NpmLock selected = lock.forPlatform(platform);
    for (LockedNpmPackage each : selected.packages()) {
      InstallPath path = each.installPath();
      if (path.isTop() && !lock.dependencies().containsKey(path.name()) && !each.has(Trait.PEER)) {
        throw new UsageException(
            lock.source()
                + ": "
                + path
                + " is at the top level although the project does not request it, so it would"
                + " appear as installed globally. Create the lock again with npm install"
                + " --package-lock-only --install-strategy=shallow.");
      }
    }
    return new NpmTree(
        selected,
        PlacedProgram.of(selected, platform),
        MissingOptional.of(lock, selected, platform));
  }

  /** Returns the packages with an installation script whose effect is not known. */
  public List<LockedNpmPackage> unknownScripts() {
    return selected.packages().stream()
        .filter(each -> each.has(Trait.INSTALL_SCRIPT) && KnownInstallScript.of(each).isEmpty())
        .toList();
  }

  /** Returns the optional packages for the platform that the lock lacks. */
  public List<MissingOptional> missing() {
    return missing;
  }

  /** Returns every package of the tree, including bundled ones, sorted by install path. */
  public List<LockedNpmPackage> packages() {
    return selected.packages();
  }

  /**
   * Returns the groups: first one for the packages that several requested packages need, if there
   * are any; then one for each requested package, sorted by name, with everything that only it
   * needs. Each package with a tarball is in exactly one group.
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
    return all.stream().map(each -> each.facts(LIB + each.installPath())).toList();
  }

  /**
   * Returns everything that determines a group's bytes, beside {@link #FORMAT}: two groups with
   * equal ingredients give equal entries.
   */
  public List<NpmIngredient> ingredients(NpmLayerGroup group) {
    List<NpmIngredient> all = new ArrayList<>();
    for (LockedNpmPackage each : group.packages()) {
      SortedMap<String, String> links = new TreeMap<>();
      for (BinLink link : linksByOwner.getOrDefault(each.installPath(), List.of())) {
        links.put(link.path(), link.target());
      }
      replaced(each).forEach((file, target) -> links.put(root(each) + file, target));
      all.add(new NpmIngredient(each.installPath(), tarball(each), executables(each), links));
    }
    return all;
  }

  private SortedSet<String> executables(LockedNpmPackage each) {
    SortedSet<String> files = bundled.executables(each);
    files.addAll(programs(each));
    return files;
  }

  /** Returns the files of a package that replace those of others. */
  private Set<String> programs(LockedNpmPackage carrier) {
    return programs.stream()
        .filter(each -> each.carrier().equals(carrier))
        .map(PlacedProgram::program)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Returns the files of a package that become links, with the links' texts. */
  private SortedMap<String, String> replaced(LockedNpmPackage owner) {
    SortedMap<String, String> links = new TreeMap<>();
    for (PlacedProgram each : programs) {
      if (each.owner().equals(owner)) {
        links.put(each.file(), each.target());
      }
    }
    return links;
  }

  private static String root(LockedNpmPackage each) {
    return LIB + each.installPath() + "/";
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
    Output output = new Output(writer);
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
  private List<BinLink> writePackage(Output output, LockedNpmPackage each, TarballSource source)
      throws IOException {
    if (each.tarballIntegrity().isEmpty()) {
      throw new IllegalArgumentException(each.id() + " has no tarball of its own");
    }
    String name = each.id() + ".tgz";
    String root = root(each);
    SortedMap<String, String> replaced = replaced(each);
    Set<String> places = bundled.in(each);
    try (InputStream tgz = source.open(each);
        NpmTarball tarball = new NpmTarball(tgz, name, executables(each))) {
      output.directories(root);
      for (TarEntry entry = tarball.next(); entry != null; entry = tarball.next()) {
        BundledPackages.requireOwn(entry.path(), places, name);
        if (replaced.containsKey(entry.path())) {
          output.link(root + entry.path(), replaced.get(entry.path()));
        } else if (entry instanceof TarEntry.File file) {
          output.file(
              new TarEntry.File(root + file.path(), file.attributes(), file.size()),
              tarball.content());
        } else {
          output.directories(root + entry.path() + "/");
        }
      }
      requireFiles(tarball, replaced.keySet(), name);
      requireFiles(tarball, programs(each), name);
      List<BinLink> links = new ArrayList<>();
      for (BinLink link : linksByOwner.getOrDefault(each.installPath(), List.of())) {
        if (tarball.sawFile(link.file())) {
          links.add(link);
        } else if (link.global()) {
          throw new VerificationException(
              name
                  + ": the command "
                  + link.path().substring(BIN.length() + 1)
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

  /** The output of one group; writes each directory once, before the first entry inside it. */
  private static final class Output {

    private final TarWriter writer;
    private final Set<String> directories = new HashSet<>();

    Output(TarWriter writer) {
      this.writer = writer;
    }

    void file(TarEntry.File file, InputStream content) throws IOException {
      directories(file.path());
      writer.write(file, content);
    }

    void link(String path, String target) throws IOException {
      directories(path);
      writer.write(new TarEntry.SymbolicLink(path, attributes(0777), target));
    }

    /** Writes all directories of a path, up to its last slash, that have not been written yet. */
    void directories(String path) throws IOException {
      int start = path.indexOf('/', PREFIX.length());
      for (int slash = start; slash >= 0; slash = path.indexOf('/', slash + 1)) {
        String directory = path.substring(0, slash);
        if (directories.add(directory)) {
          writer.write(new TarEntry.Directory(directory, attributes(0755)));
        }
      }
    }

    private static Attributes attributes(int mode) {
      return Attributes.of(mode).withModified(NpmTarball.MODIFIED);
    }
  }
}
