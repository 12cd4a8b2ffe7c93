package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.TextLines;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * The files that installation scripts would have created or deleted. No package contains them, and
 * most builds have none.
 */
public final class ScriptEffects {

  private final Root.Builder root;
  private final NavigableMap<String, Node> made = new TreeMap<>();
  private final NavigableSet<String> deleted = new TreeSet<>();
  private final SortedMap<PackageId, ApkPackage> authors = new TreeMap<>();
  private final NavigableSet<String> changedFiles = new TreeSet<>();
  private final List<NotReproduced> notReproduced = new ArrayList<>();
  private CertificateFlaws flaws = CertificateFlaws.NONE;
  private boolean trustsOwnAuthorities;

  /**
   * Starts without effects.
   *
   * @param root the root with the packages installed; every effect is applied to it
   */
  public ScriptEffects(Root.Builder root) {
    this.root = root;
  }

  /**
   * Reproduces the scripts of an installation.
   *
   * @param root the root with the packages installed; every effect is applied to it
   * @param files contents that the image's definition adds, by absolute path
   */
  public static ScriptEffects of(
      Root.Builder root, Transaction transaction, Map<String, byte[]> files) throws IOException {
    ScriptEffects effects = new ScriptEffects(root);
    KnownScripts.reproduce(transaction, files, effects);
    for (FetchedPackage each : transaction.installed()) {
      KnownScripts.unknown(each, transaction).forEach(effects::notReproduced);
    }
    ScriptsBelow.unknown(transaction).forEach(effects::notReproduced);
    return effects;
  }

  Root.Builder root() {
    return root;
  }

  /** Creates a directory and its missing parents, as {@code mkdir -p} does. */
  void directory(String path, ApkPackage author) {
    String place = root.resolve(path);
    if (root.get(place) == null) {
      directory(Root.parent(place), author);
      put(place, Node.directory(0755, 0, 0), author);
    }
  }

  /** Creates a link in an existing directory, in place of anything with its name. */
  void link(String path, String target, ApkPackage author) {
    put(path, Node.link(target), author);
  }

  /** Writes a file. An existing file still belongs to its package. */
  void file(String path, byte[] content, ApkPackage author) {
    Node before = root.get(path);
    Node node = Node.file(Access.ofRoot(0644), content);
    put(path, before == null ? node : node.withOwner(before.owner()), author);
  }

  private void put(String path, Node node, ApkPackage author) {
    root.put(path, node);
    made.put(path, node);
    deleted.remove(path);
    authors.put(author.id(), author);
  }

  /** Deletes a path. */
  void delete(String path, ApkPackage author) {
    root.remove(path);
    if (made.remove(path) == null) {
      deleted.add(path);
    }
    authors.put(author.id(), author);
  }

  /**
   * Changes the text of a file, such as {@code /etc/group}, that each image writes again above all
   * layers. So the layer with the other effects needs no copy of it. The file keeps its attributes;
   * a missing file is not created.
   */
  void changeText(String path, String text) {
    change(
        path,
        before ->
            Node.file(before.access(), text.getBytes(StandardCharsets.UTF_8))
                .withOwner(before.owner()));
  }

  /** Makes root and a group the owners of such a file. Its text remains. */
  void changeGroup(String path, long gid) {
    change(path, before -> before.withAccess(before.access().withOwner(0, gid)));
  }

  private void change(String path, UnaryOperator<Node> change) {
    String place = root.resolve(path);
    Node before = root.get(place);
    if (before == null || before.content() == null) {
      return;
    }
    Node after = change.apply(before);
    if (!after.access().equals(before.access())
        || !Arrays.equals(after.content(), before.content())) {
      root.put(place, after);
      changedFiles.add(place);
    }
  }

  /** Records a part of the scripts that is not reproduced. */
  void notReproduced(NotReproduced part) {
    notReproduced.add(part);
  }

  /** Records the flaws of certificates, which make the effect of their script unexpected. */
  void flaws(CertificateFlaws ofCertificates) {
    flaws = ofCertificates;
  }

  /** Records that the trusted certificates include some of the user's own authorities. */
  void trustOwnAuthorities() {
    trustsOwnAuthorities = true;
  }

  /**
   * Returns the rest of the consequences: missing effects, changed files, flaws of certificates,
   * and trust in the user's own authorities.
   */
  public ScriptReport report() {
    return new ScriptReport(
        notReproduced.stream().sorted(Comparator.comparing(NotReproduced::label)).toList(),
        List.copyOf(changedFiles),
        flaws,
        trustsOwnAuthorities);
  }

  public boolean isEmpty() {
    return made.isEmpty() && deleted.isEmpty();
  }

  /** Returns the packages whose scripts have effects, sorted by name. */
  public List<ApkPackage> authors() {
    return isEmpty() ? List.of() : List.copyOf(authors.values());
  }

  /** Returns everything that was created, by path; parents first. */
  public NavigableMap<String, Node> made() {
    return Collections.unmodifiableNavigableMap(made);
  }

  /** Returns the deleted paths, sorted. */
  public NavigableSet<String> deleted() {
    return Collections.unmodifiableNavigableSet(deleted);
  }

  /** Returns the lines of a list that a script reads, without empty ones. */
  static List<String> lines(byte[] text) {
    return TextLines.of(new String(text, StandardCharsets.UTF_8)).stream()
        .filter(line -> !line.isEmpty())
        .toList();
  }
}
