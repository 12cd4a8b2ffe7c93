package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.concurrent.Parallel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The file system that an image's layers produce (image-spec, layer.md): whiteouts delete paths of
 * lower layers, a directory over a directory changes its attributes, and anything else replaces the
 * path. It contains a record for each path and no contents.
 */
public final class ImageRoot {

  private static final int MAX_LINKS = 40;

  /**
   * A layer's size.
   *
   * @param compressedBytes the compressed size of the layer
   * @param unpackedBytes the uncompressed size of the layer's archive
   * @param entries the number of entries in the layer's archive
   * @param hiddenBytes the size of the layer's files that upper layers replace or delete
   */
  public record LayerSize(
      Layer layer, long compressedBytes, long unpackedBytes, int entries, long hiddenBytes) {}

  private final TreeMap<String, RootEntry> entries = new TreeMap<>();
  private final List<LayerSize> layers = new ArrayList<>();
  private final long[] hidden;

  /** Directories that the currently applied layer lists. */
  private final Set<String> listed = new HashSet<>();

  private ImageRoot(int layers) {
    this.hidden = new long[layers + 1];
  }

  /**
   * Reads all layers, several at a time.
   *
   * @param work the directory for large intermediate files
   * @throws ai.opencode.sandbox.failure.VerificationException if they are too many or too large
   */
  public static ImageRoot read(List<Layer> layers, Path work, Flaws flaws) throws IOException {
    return read(layers, work, flaws, false, new ImageBudget());
  }

  /** Reads all layers and computes the SHA-256 of each file. */
  public static ImageRoot readWithDigests(List<Layer> layers, Path work, Flaws flaws)
      throws IOException {
    return read(layers, work, flaws, true, new ImageBudget());
  }

  static ImageRoot read(
      List<Layer> layers, Path work, Flaws flaws, boolean digests, ImageBudget budget)
      throws IOException {
    budget.requireFew(layers.size());
    LayerScan.Shared shared = new LayerScan.Shared(budget);
    List<Callable<ScannedLayer>> scans = new ArrayList<>();
    List<FlawList> found = new ArrayList<>();
    for (Layer layer : layers) {
      FlawList own = new FlawList();
      found.add(own);
      scans.add(() -> LayerScan.of(layer, work, own, digests, shared));
    }
    List<ScannedLayer> scanned = Parallel.run(scans);
    found.forEach(each -> each.replay(flaws));
    ImageRoot root = new ImageRoot(layers.size());
    for (ScannedLayer layer : scanned) {
      root.apply(layer, flaws);
    }
    for (ScannedLayer layer : scanned) {
      root.layers.add(
          new LayerSize(
              layer.layer(),
              layer.compressedBytes(),
              layer.unpackedBytes(),
              layer.entries().size(),
              root.hidden[layer.layer().number()]));
    }
    return root;
  }

  /** Returns all entries, sorted by path. */
  public Collection<RootEntry> entries() {
    return Collections.unmodifiableCollection(entries.values());
  }

  /** Returns all entries below a directory, sorted by path, without the directory itself. */
  public Collection<RootEntry> below(String directory) {
    return directory.isEmpty() ? entries() : range(directory).values();
  }

  /** Returns the first of the sorted paths from a text on; null if there is none. */
  public @Nullable String firstFrom(String text) {
    return entries.ceilingKey(text);
  }

  /** Returns the entry at exactly this path; links in it are not followed. */
  public Optional<RootEntry> at(String path) {
    return Optional.ofNullable(entries.get(path));
  }

  /**
   * Returns the file that a program opens with this path: all links are followed, inside the image.
   *
   * @param path a path, absolute or relative to the root directory
   * @return empty if the file does not exist or links form a cycle
   */
  public Optional<RootEntry> follow(String path) {
    Deque<String> left = new ArrayDeque<>(List.of(path.split("/", -1)));
    String place = "";
    int links = 0;
    while (!left.isEmpty()) {
      String part = left.pop();
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      if (part.equals("..")) {
        place = place.substring(0, Math.max(place.lastIndexOf('/'), 0));
        continue;
      }
      String next = place.isEmpty() ? part : place + "/" + part;
      RootEntry entry = entries.get(next);
      if (entry == null) {
        return Optional.empty();
      }
      String target = entry.target();
      if (target == null) {
        place = next;
        continue;
      }
      if (++links > MAX_LINKS) {
        return Optional.empty();
      }
      if (target.startsWith("/")) {
        place = "";
      }
      String[] parts = target.split("/", -1);
      for (int i = parts.length - 1; i >= 0; i--) {
        left.push(parts[i]);
      }
    }
    return place.isEmpty()
        ? Optional.of(entries.getOrDefault("", RootEntry.impliedDirectory("", 0)))
        : Optional.ofNullable(entries.get(place));
  }

  /**
   * Returns the entry at this path: links in its parents are followed, a link at the path itself is
   * not.
   *
   * @param path a path, absolute or relative to the root directory
   */
  public Optional<RootEntry> locate(String path) {
    int slash = path.lastIndexOf('/');
    if (slash <= 0) {
      return at(path.substring(slash + 1));
    }
    return follow(path.substring(0, slash))
        .filter(RootEntry::isDirectory)
        .flatMap(
            directory ->
                at(
                    (directory.path().isEmpty() ? "" : directory.path() + "/")
                        + path.substring(slash + 1)));
  }

  /** Returns the text of a small file that checks read; empty if the file does not exist. */
  public Optional<String> text(String path) {
    return follow(path).filter(RootEntry::isFile).map(RootEntry::text);
  }

  /** Returns the layers' sizes, lowest first. */
  public List<LayerSize> layers() {
    return Collections.unmodifiableList(layers);
  }

  public long compressedBytes() {
    return layers.stream().mapToLong(LayerSize::compressedBytes).sum();
  }

  /** Returns the uncompressed size of the layers' archives in bytes. */
  public long unpackedBytes() {
    return layers.stream().mapToLong(LayerSize::unpackedBytes).sum();
  }

  private void apply(ScannedLayer layer, Flaws flaws) {
    listed.clear();
    for (RootEntry entry : layer.entries()) {
      if (entry.isDirectory()) {
        listed.add(entry.path());
      }
    }
    // Whiteouts apply to lower layers only, regardless of their place in the archive.
    for (String directory : layer.opaque()) {
      putParents(directory + "/", layer.layer(), flaws);
      removeBelow(directory);
    }
    for (String path : layer.whiteouts()) {
      if (!entries.containsKey(path)) {
        flaws.add(
            "layer-entry",
            "/" + path,
            layer.layer().label() + " deletes it, but no lower layer has it");
      }
      putParents(path, layer.layer(), flaws);
      remove(path);
    }
    for (RootEntry entry : layer.entries()) {
      putParents(entry.path(), layer.layer(), flaws);
      RootEntry before = entries.get(entry.path());
      if (before != null && !(before.isDirectory() && entry.isDirectory())) {
        remove(entry.path());
      }
      if (before != null
          && before.isDirectory()
          && entry.isDirectory()
          && !before.extended().isEmpty()
          && !before.extended().equals(entry.extended())) {
        flaws.add(
            "layer-entry",
            "/" + entry.path(),
            layer.layer().label() + " gives the directory other extended attributes");
      }
      entries.put(entry.path(), entry);
    }
  }

  private void putParents(String path, Layer layer, Flaws flaws) {
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      String parent = path.substring(0, slash);
      RootEntry entry = entries.get(parent);
      if (entry == null) {
        flaws.add(
            "layer-entry",
            "/" + path,
            "no layer describes the directory /"
                + parent
                + ": neither "
                + layer.label()
                + " nor a lower layer lists it, so its owner, mode and time depend on the engine");
        listed.add(parent);
        entries.put(parent, RootEntry.impliedDirectory(parent, layer.number()));
      } else if (!entry.isDirectory()) {
        flaws.add(
            "layer-entry",
            "/" + path,
            layer.label()
                + " puts it below /"
                + parent
                + ", which is "
                + entry.kind()
                + ": engines unpack that differently");
        remove(parent);
        entries.put(parent, RootEntry.impliedDirectory(parent, layer.number()));
      } else if (entry.layer() != layer.number()
          && !listed.contains(parent)
          && !entry.isUsualDirectory()) {
        flaws.add(
            "layer-entry",
            "/" + path,
            layer.label()
                + " does not list the directory /"
                + parent
                + ": some engines keep its owner and mode, others make it root's with mode 755");
      }
    }
  }

  private void remove(String path) {
    RootEntry gone = entries.remove(path);
    if (gone != null) {
      hidden[gone.layer()] += gone.size();
      removeBelow(path);
    }
  }

  private void removeBelow(String directory) {
    NavigableMap<String, RootEntry> all = range(directory);
    all.values().forEach(gone -> hidden[gone.layer()] += gone.size());
    all.clear();
  }

  private NavigableMap<String, RootEntry> range(String directory) {
    // The range has all paths below the directory: '0' is the character after '/'.
    return directory.isEmpty()
        ? entries
        : entries.subMap(directory + "/", true, directory + "0", false);
  }
}
