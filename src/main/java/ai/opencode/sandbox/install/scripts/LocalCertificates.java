package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.rootfs.KeptFiles;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The effects of {@code update-ca-certificates}, the trigger of ca-certificates, on local
 * certificate authorities in {@code /usr/local/share/ca-certificates}. The bundle that programs
 * read contains those selected in {@code /etc/ca-certificates.conf} and the local ones. {@code
 * /etc/ssl/certs} has links to each, by name and by OpenSSL's subject hash.
 *
 * <p>Without local authorities there is no effect: the package ca-certificates-bundle contains the
 * same bundle, and programs read the links only if there is no bundle.
 */
public final class LocalCertificates {

  /** The format's version: raise it whenever the same installation gives other effects. */
  static final int FORMAT = 1;

  public static final String GLOBAL = KeptFiles.CERTIFICATES;
  public static final String LOCAL = KeptFiles.LOCAL_CERTIFICATES;
  public static final String SELECTION = KeptFiles.CERTIFICATE_SELECTION;

  private static final String PACKAGE = "ca-certificates";
  private static final String CERTIFICATES = "etc/ssl/certs";
  private static final String BUNDLE = "ca-certificates.crt";
  private static final String UPDATES = "etc/ca-certificates/update.d/";

  /** The script that makes the links by hash, the only one that the package itself contains. */
  private static final String HASHES = UPDATES + "certhash";

  private LocalCertificates() {}

  /**
   * Returns the local certificates among the files that an image's definition adds.
   *
   * @param files texts by absolute path
   * @return contents by path without leading slash
   */
  static Map<String, byte[]> among(Map<String, String> files) {
    Map<String, byte[]> certificates = new HashMap<>();
    files.forEach(
        (path, text) -> {
          if (path.startsWith("/" + LOCAL)) {
            certificates.put(path.substring(1), text.getBytes(StandardCharsets.UTF_8));
          }
        });
    return certificates;
  }

  /**
   * @param coming local certificates among the files that the image's definition adds, by path
   *     without leading slash
   */
  static void reproduce(
      Transaction transaction, Map<String, byte[]> coming, ScriptEffects effects) {
    String label = transaction.label(PACKAGE).orElse(null);
    boolean triggered = !transaction.triggering(PACKAGE).isEmpty() || !coming.isEmpty();
    if (label == null || !triggered) {
      return;
    }
    Root.Builder root = effects.root();
    byte[] selection = root.bytes(SELECTION).orElse(null);
    SortedMap<String, byte[]> local = local(root, coming);
    if (local.isEmpty() || selection == null) {
      return;
    }
    String directory = root.resolve(CERTIFICATES);
    SortedMap<String, String> links = new TreeMap<>();
    Map<String, byte[]> linked = new HashMap<>();
    ByteArrayOutputStream bundle = new ByteArrayOutputStream();
    for (String line : ScriptEffects.lines(selection)) {
      byte[] content = root.bytes(GLOBAL + line).orElse(null);
      if (!line.startsWith("#") && !line.startsWith("!") && content != null) {
        add(GLOBAL + line, content, bundle, links, linked);
      }
    }
    local.forEach((path, content) -> add(path, content, bundle, links, linked));

    effects.directory(directory, PACKAGE);
    effects.file(directory + "/" + BUNDLE, bundle.toByteArray(), PACKAGE);
    removeFormerLinks(directory, links.keySet(), effects);
    links.forEach((name, target) -> link(directory + "/" + name, target, effects));
    if (root.get(HASHES) != null) {
      hashes(linked).forEach((name, target) -> link(directory + "/" + name, target, effects));
    }
    root.pathsBelow(UPDATES.substring(0, UPDATES.length() - 1)).stream()
        .filter(path -> !path.equals(HASHES))
        .forEach(path -> effects.notReproduced(label, "trigger: `/" + path + "`"));
  }

  private static SortedMap<String, byte[]> local(Root.Builder root, Map<String, byte[]> coming) {
    SortedMap<String, byte[]> local = new TreeMap<>(coming);
    String directory = LOCAL.substring(0, LOCAL.length() - 1);
    for (String path : root.pathsBelow(directory)) {
      byte[] content = root.bytes(path).orElse(null);
      if (content != null) {
        local.putIfAbsent(path, content);
      }
    }
    // update-ca-certificates ignores subdirectories and hidden files.
    local.keySet().removeIf(path -> path.substring(LOCAL.length()).matches("\\..*|.*/.*"));
    local.forEach(
        (path, content) -> {
          if (PemCertificates.of(content).isEmpty()) {
            throw new VerificationException(
                "/"
                    + path
                    + " contains no certificate in PEM form and would corrupt the bundle for"
                    + " every program. Convert it (-----BEGIN CERTIFICATE-----), or leave it out.");
          }
        });
    return local;
  }

  private static void add(
      String path,
      byte[] content,
      ByteArrayOutputStream bundle,
      Map<String, String> links,
      Map<String, byte[]> linked) {
    bundle.writeBytes(content);
    bundle.write('\n');
    String name = linkName(path);
    links.put(name, "/" + path);
    linked.put(name, content);
  }

  private static String linkName(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    String base =
        name.length() > 4 && name.endsWith(".crt") ? name.substring(0, name.length() - 4) : name;
    return "ca-cert-" + base.replaceAll("[, ]", "_").replaceAll("[()]", "=") + ".pem";
  }

  private static void removeFormerLinks(
      String directory, Set<String> wanted, ScriptEffects effects) {
    Root.Builder root = effects.root();
    for (String path : root.pathsBelow(directory)) {
      Node node = root.get(path);
      String name = path.substring(directory.length() + 1);
      if (node == null || node.type() != Node.Type.LINK || wanted.contains(name)) {
        continue;
      }
      boolean named =
          node.target().startsWith("/" + GLOBAL) || node.target().startsWith("/" + LOCAL);
      boolean hash = name.matches("[0-9a-f]{8}\\.r?\\d+");
      if (named || hash) {
        effects.delete(path, PACKAGE);
      }
    }
  }

  private static void link(String path, String target, ScriptEffects effects) {
    Node before = effects.root().get(path);
    boolean there =
        before != null && before.type() == Node.Type.LINK && before.target().equals(target);
    // Anything that is not a link was put there on purpose, so it is kept.
    if (!there && (before == null || before.type() == Node.Type.LINK)) {
      effects.link(path, target, PACKAGE);
    }
  }

  /**
   * Returns a link by hash for each certificate, numbered if hashes agree, as {@code c_rehash}
   * does.
   */
  private static SortedMap<String, String> hashes(Map<String, byte[]> linked) {
    SortedMap<String, String> links = new TreeMap<>();
    Map<String, List<PemCertificates.Certificate>> byHash = new HashMap<>();
    for (Map.Entry<String, byte[]> each : new TreeMap<>(linked).entrySet()) {
      List<PemCertificates.Certificate> certificates = PemCertificates.of(each.getValue());
      PemCertificates.@Nullable Certificate only =
          certificates.size() == 1 ? certificates.get(0) : null;
      if (only == null) {
        continue;
      }
      List<PemCertificates.Certificate> same =
          byHash.computeIfAbsent(only.subjectHash(), hash -> new ArrayList<>());
      if (!new HashSet<>(same).contains(only)) {
        links.put(only.subjectHash() + "." + same.size(), each.getKey());
        same.add(only);
      }
    }
    return links;
  }
}
