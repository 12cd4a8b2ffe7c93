package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.npm.LockedNpmPackage.Trait;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A global npm installation below {@code /usr/local}, as tar entries for layers: the files that
 * {@code npm install --global --prefix /usr/local --ignore-scripts} makes of the same packages.
 *
 * <p>Everything belongs to root and has one fixed date. Each group states the folders that it needs
 * from {@code usr/local/lib} and {@code usr/local/bin} down, so that extracting it invents none;
 * {@code usr/local} itself is the base's business. Entries come in the order of install paths and,
 * inside a package, of its tarball, which the lock's hash pins: the same lock gives the same bytes.
 */
public final class NpmTree {

  /** Where packages lie, from the root of the file system. */
  public static final String MODULES = "usr/local/lib/node_modules";

  private static final String PREFIX = "usr/local/";
  private static final String LIB = PREFIX + "lib/";
  private static final String BIN = PREFIX + "bin";

  /** To be raised with every change to the bytes that the same packages give. */
  private static final int FORMAT = 1;

  private final NpmLock selected;
  private final List<NpmLayerGroup> groups;
  private final Map<String, List<BinLink>> linksByOwner;
  private final Map<String, List<LockedNpmPackage>> bundledByCarrier;

  private NpmTree(NpmLock selected) {
    this.selected = selected;
    this.groups = groups(selected);
    this.linksByOwner = links(selected);
    this.bundledByCarrier = bundledByCarrier(selected);
  }

  /**
   * The part of a lock that belongs on a platform.
   *
   * @throws UsageException where the lock's tree does not have the shape of a global installation
   * @throws ai.opencode.sandbox.failure.ResolutionException where a package does not support the
   *     platform
   * @throws ai.opencode.sandbox.failure.LockException where the lock is not complete
   */
  public static NpmTree of(NpmLock lock, NpmPlatform platform) {
    NpmLock selected = lock.forPlatform(platform);
    for (LockedNpmPackage each : selected.packages()) {
      String path = each.installPath();
      if (InstallPath.isTop(path)
          && !lock.dependencies().containsKey(InstallPath.lastName(path))
          && !each.has(Trait.PEER)) {
        throw new UsageException(
            lock.source()
                + ": "
                + path
                + " lies at the top although the project does not ask for it, so it would appear"
                + " as installed globally; make the lock again with npm install"
                + " --package-lock-only --install-strategy=shallow");
      }
    }
    return new NpmTree(selected);
  }

  /** Every package of the tree, bundled ones included, sorted by install path. */
  public List<LockedNpmPackage> packages() {
    return selected.packages();
  }

  /**
   * One group for each package that the project asks for, sorted by name, with all that only it
   * needs; before them one for what several need, where there is such. Each package with a tarball
   * is in exactly one.
   */
  public List<NpmLayerGroup> groups() {
    return groups;
  }

  /**
   * Everything that decides a group's bytes: two groups with equal ingredients give equal entries.
   */
  public List<List<String>> ingredients(NpmLayerGroup group) {
    List<List<String>> all = new ArrayList<>();
    all.add(List.of("format", Integer.toString(FORMAT)));
    for (LockedNpmPackage each : group.packages()) {
      all.add(List.of("package", each.installPath(), String.valueOf(each.integrity())));
      executables(each).forEach(file -> all.add(List.of("executable", file)));
      for (BinLink link : linksByOwner.getOrDefault(each.installPath(), List.of())) {
        all.add(List.of("link", link.path(), link.target()));
      }
    }
    return all;
  }

  /**
   * Writes the entries of a group, without the end of the archive. Each tarball is checked against
   * its integrity while it is read, so after an exception what was written must be thrown away.
   *
   * @throws VerificationException where a tarball is not the one that was locked, or holds
   *     something that a package must not
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
      output.link(link);
    }
  }

  /** Returns the links to files that the tarball really has. */
  private List<BinLink> writePackage(Output output, LockedNpmPackage each, TarballSource source)
      throws IOException {
    if (each.tarballIntegrity().isEmpty()) {
      throw new IllegalArgumentException(each.id() + " has no tarball of its own");
    }
    String name = each.id() + ".tgz";
    String root = LIB + each.installPath() + "/";
    Set<String> bundled = bundledIn(each);
    try (InputStream tgz = source.open(each);
        NpmTarball tarball = new NpmTarball(tgz, name, executables(each))) {
      output.folders(root);
      for (TarEntry entry = tarball.next(); entry != null; entry = tarball.next()) {
        requireOwn(entry.path(), bundled, name);
        if (entry instanceof TarEntry.File file) {
          output.file(
              new TarEntry.File(root + file.path(), file.attributes(), file.size()),
              tarball.content());
        } else {
          output.folders(root + entry.path() + "/");
        }
      }
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

  /**
   * A tarball must not bring packages that the lock does not list: they would be in no bill of
   * materials, and could take the place of locked ones.
   */
  private static void requireOwn(String path, Set<String> bundled, String name) {
    String place = "";
    String rest = path + "/";
    while (rest.startsWith(InstallPath.FOLDER)) {
      int start = InstallPath.FOLDER.length();
      int end = rest.indexOf('/', start);
      if (end >= 0 && rest.charAt(start) == '@') {
        end = rest.indexOf('/', end + 1);
      }
      if (end < 0) {
        // The folder above packages, or that of a scope.
        String above = place + rest;
        if (bundled.stream().noneMatch(each -> each.startsWith(above))) {
          throw notListed(path, name);
        }
        return;
      }
      place += rest.substring(0, end);
      if (!bundled.contains(place)) {
        throw notListed(path, name);
      }
      place += "/";
      rest = rest.substring(end + 1);
    }
  }

  private static VerificationException notListed(String path, String name) {
    return new VerificationException(
        name + ": contains " + path + ", a package that the lock does not list as bundled");
  }

  /** Places of the packages that travel in a tarball, relative to it. */
  private Set<String> bundledIn(LockedNpmPackage carrier) {
    Set<String> places = new TreeSet<>();
    for (LockedNpmPackage each : bundledByCarrier.getOrDefault(carrier.installPath(), List.of())) {
      places.add(each.installPath().substring(carrier.installPath().length() + 1));
    }
    return places;
  }

  /** Files of a tarball that commands point to, its own and those of the packages bundled in it. */
  private Set<String> executables(LockedNpmPackage carrier) {
    Set<String> files = new TreeSet<>(carrier.bin().values());
    for (LockedNpmPackage each : bundledByCarrier.getOrDefault(carrier.installPath(), List.of())) {
      String place = each.installPath().substring(carrier.installPath().length() + 1) + "/";
      each.bin().values().forEach(file -> files.add(place + file));
    }
    return files;
  }

  private static Map<String, List<LockedNpmPackage>> bundledByCarrier(NpmLock selected) {
    Map<String, List<LockedNpmPackage>> bundled = new TreeMap<>();
    for (LockedNpmPackage each : selected.packages()) {
      if (each.has(Trait.BUNDLED)) {
        bundled
            .computeIfAbsent(selected.carrier(each).installPath(), path -> new ArrayList<>())
            .add(each);
      }
    }
    return bundled;
  }

  private static List<NpmLayerGroup> groups(NpmLock selected) {
    Map<String, List<LockedNpmPackage>> members = new TreeMap<>();
    Map<String, Set<String>> reachedFrom = new TreeMap<>();
    Set<String> top = new HashSet<>();
    selected.topLevelPackages().forEach(each -> top.add(each.installPath()));
    for (LockedNpmPackage root : selected.topLevelPackages()) {
      members.put(InstallPath.lastName(root.installPath()), new ArrayList<>());
      reach(selected, root, top, reachedFrom);
    }
    List<LockedNpmPackage> shared = new ArrayList<>();
    for (LockedNpmPackage each : selected.packages()) {
      if (each.has(Trait.BUNDLED)) {
        continue;
      }
      Set<String> from = reachedFrom.getOrDefault(each.installPath(), Set.of());
      if (from.size() == 1) {
        members.getOrDefault(from.iterator().next(), shared).add(each);
      } else {
        shared.add(each);
      }
    }
    List<NpmLayerGroup> groups = new ArrayList<>();
    if (!shared.isEmpty()) {
      groups.add(new NpmLayerGroup(NpmLayerGroup.SHARED, shared));
    }
    members.forEach((name, packages) -> groups.add(new NpmLayerGroup(name, packages)));
    return List.copyOf(groups);
  }

  /** Marks what a top-level package leads to; another top-level package is a border. */
  private static void reach(
      NpmLock selected,
      LockedNpmPackage root,
      Set<String> top,
      Map<String, Set<String>> reachedFrom) {
    Deque<LockedNpmPackage> open = new ArrayDeque<>(List.of(root));
    Set<String> seen = new HashSet<>();
    for (LockedNpmPackage next = open.poll(); next != null; next = open.poll()) {
      if (!seen.add(next.installPath())
          || (!next.equals(root) && top.contains(next.installPath()))) {
        continue;
      }
      reachedFrom
          .computeIfAbsent(next.installPath(), path -> new TreeSet<>())
          .add(InstallPath.lastName(root.installPath()));
      open.addAll(selected.dependenciesOf(next));
    }
  }

  /** Links by the install path of the package whose tarball holds the file. */
  private static Map<String, List<BinLink>> links(NpmLock selected) {
    // npm's order, which decides who wins where two packages offer one command.
    List<LockedNpmPackage> ordered = new ArrayList<>(selected.packages());
    ordered.sort(
        Comparator.comparingInt((LockedNpmPackage each) -> InstallPath.depth(each.installPath()))
            .thenComparing(LockedNpmPackage::installPath));
    Map<String, BinLink> byPath = new TreeMap<>();
    for (LockedNpmPackage each : ordered) {
      for (Map.Entry<String, String> command : each.bin().entrySet()) {
        BinLink link = link(selected, each, command.getKey(), command.getValue());
        if (link == null) {
          continue;
        }
        BinLink first = byPath.putIfAbsent(link.path(), link);
        if (first != null && link.global()) {
          throw new UsageException(
              selected.source()
                  + ": both "
                  + first.owner().id()
                  + " and "
                  + each.id()
                  + " offer the command "
                  + command.getKey()
                  + "; leave one of them out");
        }
      }
    }
    Map<String, List<BinLink>> byOwner = new TreeMap<>();
    for (BinLink link : byPath.values()) {
      byOwner.computeIfAbsent(link.owner().installPath(), path -> new ArrayList<>()).add(link);
    }
    return byOwner;
  }

  private static @Nullable BinLink link(
      NpmLock selected, LockedNpmPackage each, String command, String file) {
    String path = each.installPath();
    LockedNpmPackage carrier = selected.carrier(each);
    String inCarrier =
        each.equals(carrier)
            ? file
            : path.substring(carrier.installPath().length() + 1) + "/" + file;
    if (InstallPath.isTop(path)) {
      boolean asked = selected.dependencies().containsKey(InstallPath.lastName(path));
      return asked
          ? new BinLink(
              BIN + "/" + command, "../lib/" + path + "/" + file, carrier, inCarrier, true)
          : null;
    }
    return new BinLink(
        LIB + InstallPath.folder(path) + ".bin/" + command,
        "../" + InstallPath.lastName(path) + "/" + file,
        carrier,
        inCarrier,
        false);
  }

  /** Writes each folder once, before the first entry inside it. */
  private static final class Output {

    private final TarWriter writer;
    private final Set<String> folders = new HashSet<>();

    Output(TarWriter writer) {
      this.writer = writer;
    }

    void file(TarEntry.File file, InputStream content) throws IOException {
      folders(file.path());
      writer.write(file, content);
    }

    void link(BinLink link) throws IOException {
      folders(link.path());
      writer.write(new TarEntry.SymbolicLink(link.path(), attributes(0777), link.target()));
    }

    /** Writes all folders of a path, up to its last slash, that have not been written yet. */
    void folders(String path) throws IOException {
      int start = path.indexOf('/', PREFIX.length());
      for (int slash = start; slash >= 0; slash = path.indexOf('/', slash + 1)) {
        String folder = path.substring(0, slash);
        if (folders.add(folder)) {
          writer.write(new TarEntry.Directory(folder, attributes(0755)));
        }
      }
    }

    private static Attributes attributes(int mode) {
      return Attributes.of(mode).withModified(NpmTarball.MODIFIED);
    }
  }
}
