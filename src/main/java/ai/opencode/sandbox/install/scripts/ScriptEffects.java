package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.archive.TextLines;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The files that installation scripts would have made or deleted. Such files are in no package, and
 * most builds have none.
 */
public final class ScriptEffects {

  private final Root.Builder root;
  private final NavigableMap<String, Node> made = new TreeMap<>();
  private final NavigableSet<String> deleted = new TreeSet<>();
  private final NavigableSet<String> authors = new TreeSet<>();
  private final Map<String, String> unknown = new TreeMap<>();

  /**
   * @param root with the packages in it; kept up to date with what is made
   */
  public ScriptEffects(Root.Builder root) {
    this.root = root;
  }

  /**
   * Reproduces the scripts of an installation.
   *
   * @param root with the packages in it; kept up to date with what is made
   * @param packages that are installed
   * @param files texts that the image brings beside its packages, by absolute path
   */
  public static ScriptEffects of(
      Root.Builder root,
      Transaction transaction,
      List<FetchedPackage> packages,
      Map<String, String> files) {
    ScriptEffects effects = new ScriptEffects(root);
    KnownScripts.reproduce(transaction, files, effects);
    for (FetchedPackage each : packages) {
      KnownScripts.unknown(each, transaction)
          .ifPresent(would -> effects.notReproduced(each.pkg().label(), would));
    }
    return effects;
  }

  Root.Builder root() {
    return root;
  }

  /** Makes a folder where nothing is, as {@code mkdir -p} does. */
  void folder(String path, String author) {
    String place = root.resolve(path);
    if (root.get(place) == null) {
      folder(Root.parent(place), author);
      put(place, Node.directory(0755, 0, 0), author);
    }
  }

  /** Makes a link in a folder that is there; what was in its place goes. */
  void link(String path, String target, String author) {
    put(path, Node.link(target), author);
  }

  /** Writes a file that stays its package's, if it is one's. */
  void file(String path, byte[] content, String author) {
    Node before = root.get(path);
    Node node = Node.file(0644, 0, 0, content);
    put(path, before == null ? node : node.withOwner(before.owner()), author);
  }

  private void put(String path, Node node, String author) {
    root.put(path, node);
    made.put(path, node);
    deleted.remove(path);
    authors.add(author);
  }

  void delete(String path, String author) {
    root.remove(path);
    if (made.remove(path) == null) {
      deleted.add(path);
    }
    authors.add(author);
  }

  /** Says what a known script would do beyond what is reproduced. */
  void notReproduced(String packageLabel, String would) {
    unknown.merge(packageLabel, would, (one, other) -> one + ", " + other);
  }

  /** By package label. */
  public Map<String, String> unknown() {
    return Collections.unmodifiableMap(unknown);
  }

  public boolean isEmpty() {
    return made.isEmpty() && deleted.isEmpty();
  }

  /** Names of the packages whose scripts have effects, sorted. */
  public NavigableSet<String> authors() {
    return isEmpty()
        ? Collections.emptyNavigableSet()
        : Collections.unmodifiableNavigableSet(authors);
  }

  /** Everything that was made, by path; parents first. */
  public NavigableMap<String, Node> made() {
    return Collections.unmodifiableNavigableMap(made);
  }

  /** The paths of what was deleted, sorted. */
  public NavigableSet<String> deleted() {
    return Collections.unmodifiableNavigableSet(deleted);
  }

  /** The lines of a list that a script reads, without those that it skips. */
  static List<String> lines(byte[] text) {
    return TextLines.of(new String(text, StandardCharsets.UTF_8)).stream()
        .filter(line -> !line.isEmpty())
        .toList();
  }
}
