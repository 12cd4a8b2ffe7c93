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
  static final String LIB = PREFIX + "lib/";
  static final String BIN = PREFIX + "bin";

  /** To be raised with every change to the bytes that the same packages give. */
  public static final int FORMAT = 1;

  private final NpmLock selected;
  private final List<NpmLayerGroup> groups;
  private final Map<String, List<BinLink>> linksByOwner;
  private final BundledPackages bundled;

  private NpmTree(NpmLock selected) {
    this.selected = selected;
    this.groups = NpmGrouping.of(selected);
    this.linksByOwner = BinLinks.of(selected);
    this.bundled = new BundledPackages(selected);
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
      bundled.executables(each).forEach(file -> all.add(List.of("executable", file)));
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
    Set<String> places = bundled.in(each);
    try (InputStream tgz = source.open(each);
        NpmTarball tarball = new NpmTarball(tgz, name, bundled.executables(each))) {
      output.folders(root);
      for (TarEntry entry = tarball.next(); entry != null; entry = tarball.next()) {
        BundledPackages.requireOwn(entry.path(), places, name);
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
