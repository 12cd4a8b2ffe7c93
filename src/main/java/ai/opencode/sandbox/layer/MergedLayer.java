package ai.opencode.sandbox.layer;

import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.FileAttributes;
import ai.opencode.sandbox.archive.TarContent;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.DataSegment;
import ai.opencode.sandbox.install.PlacedEntry;
import ai.opencode.sandbox.install.PlacedPackage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import ai.opencode.sandbox.rootfs.Whiteout;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A group of packages, rewritten into one layer, with corrections of the verbatim layers below it:
 * final attributes of directories, and deletions.
 *
 * <p>Directories come first, with their attributes in the finished root, because an extractor that
 * lacks a parent directory creates one with attributes of its own. Deletions follow, then the
 * packages' files in the order of installation.
 */
final class MergedLayer implements TarContent {

  /** The format's version: raise it whenever the same packages give other bytes. */
  static final int FORMAT = 3;

  private final Root root;
  private final List<PlacedPackage> packages;
  private final NavigableSet<String> directories = new TreeSet<>();
  private final NavigableSet<String> whiteouts = new TreeSet<>();
  private final BlobStore blobs;

  /**
   * Creates a layer that is not written yet.
   *
   * @param root the finished root
   * @param packages the packages of the layer
   * @param corrections the corrections of the layers below
   */
  MergedLayer(Root root, List<PlacedPackage> packages, Corrections corrections, BlobStore blobs) {
    this.root = root;
    this.packages = List.copyOf(packages);
    this.blobs = blobs;
    corrections.directories().forEach(this::addDirectory);
    for (String path : corrections.deleted()) {
      // If its directory is deleted as well, the directory's whiteout hides both.
      if (root.get(path) == null && root.get(Root.parent(path)) != null) {
        whiteouts.add(path);
        addDirectory(Root.parent(path));
      }
    }
    for (PlacedPackage each : packages) {
      for (PlacedEntry entry : each.entries()) {
        if (entry.path() != null) {
          addDirectory(entry.isDirectory() ? entry.path() : Root.parent(entry.path()));
        }
      }
    }
  }

  private void addDirectory(String path) {
    for (String directory = path;
        !directory.isEmpty() && directories.add(directory);
        directory = Root.parent(directory)) {}
  }

  boolean isEmpty() {
    return packages.isEmpty() && directories.isEmpty() && whiteouts.isEmpty();
  }

  /** Returns every input that the layer's bytes depend on. */
  Recipe recipe() {
    return Recipe.of("merged", FORMAT)
        .add(directories, (to, path) -> AccessRecipe.add(to.add(path), directory(path)))
        .add(whiteouts)
        .add(packages, this::add);
  }

  /** Adds a package: the digest of its data segment, and every entry that is rewritten. */
  private void add(Recipe to, PlacedPackage placed) {
    to.add(placed.apk().data().digest());
    Map<Integer, PlacedEntry> changed = new LinkedHashMap<>();
    int number = 0;
    for (PlacedEntry each : placed.entries()) {
      if (!each.isAsListed() || !placed.owns(each, root)) {
        changed.put(number, each);
      }
      number++;
    }
    to.add(
        changed.entrySet(),
        (recipe, each) -> {
          PlacedEntry entry = each.getValue();
          boolean owned = placed.owns(entry, root);
          recipe
              .add(each.getKey())
              .add(Optional.ofNullable(owned ? entry.path() : null), Recipe::add);
          Access access = entry.place() == null ? Access.ofRoot(0) : entry.place().access();
          recipe.add(access.uid()).add(access.gid());
        });
  }

  private Access directory(String path) {
    Node node = root.get(path);
    if (node == null || !node.isDirectory()) {
      throw new IllegalStateException(path + " is not a directory of the finished root");
    }
    return node.access();
  }

  @Override
  public void writeTo(TarWriter tar) throws IOException {
    for (String path : directories) {
      tar.write(new TarEntry.Directory(path, Attributes.of(directory(path))));
    }
    for (String path : whiteouts) {
      tar.write(Whiteout.of(path));
    }
    for (PlacedPackage each : packages) {
      write(each, tar);
    }
  }

  private void write(PlacedPackage placed, TarWriter out) throws IOException {
    if (placed.apk().entries().isEmpty()) {
      return;
    }
    try {
      copy(placed, out);
    } catch (VerificationException e) {
      // If the blob itself is corrupt, verify throws a message that says so.
      blobs.verify(placed.apk().data().digest());
      throw e;
    }
  }

  /** Copies the files of a package that are still its own in the finished root. */
  private void copy(PlacedPackage placed, TarWriter out) throws IOException {
    try (DataSegment data = DataSegment.open(placed.apk(), blobs)) {
      Map<String, String> written = new HashMap<>();
      for (PlacedEntry place : placed.entries()) {
        data.require(place.listed());
        if (!place.isDirectory() && placed.owns(place, root)) {
          write(placed, place, data, written, out);
        }
      }
      data.requireVerified();
    }
  }

  private void write(
      PlacedPackage placed,
      PlacedEntry place,
      DataSegment data,
      Map<String, String> written,
      TarWriter out)
      throws IOException {
    String path = Objects.requireNonNull(place.path());
    Node node = Objects.requireNonNull(root.get(path));
    TarEntry entry = place.entry();
    // The root has the final attributes: a hard link may have changed the entry's own.
    Attributes attributes = named(entry.attributes().withAccess(node.access()));
    if (entry instanceof TarEntry.File file) {
      out.write(new TarEntry.File(path, attributes, file.size()), data.content());
      written.put(entry.path(), path);
    } else if (entry instanceof TarEntry.SymbolicLink link) {
      out.write(new TarEntry.SymbolicLink(path, attributes, link.target()));
    } else if (entry instanceof TarEntry.HardLink link) {
      String target = written.get(link.target());
      if (target == null) {
        throw new VerificationException(
            placed.apk().pkg().fileName()
                + ": "
                + link.path()
                + " is a hard link to "
                + link.target()
                + ", a file that another package replaces. Leave one of the two packages out.");
      }
      out.write(new TarEntry.HardLink(path, attributes, target));
    } else if (entry instanceof TarEntry.Device device) {
      out.write(
          new TarEntry.Device(path, attributes, device.block(), device.major(), device.minor()));
    } else {
      out.write(new TarEntry.Fifo(path, attributes));
    }
  }

  /** Drops the names of owners: engines use numbers, and a name could contradict them. */
  private static Attributes named(Attributes attributes) {
    Map<String, String> kept = new HashMap<>();
    attributes
        .extended()
        .forEach(
            (name, value) -> {
              if (FileAttributes.isKept(name)) {
                kept.put(Attributes.XATTR_PREFIX + name, value);
              }
            });
    return attributes.withNames("", "").withPax(kept);
  }
}
