package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.install.scripts.PemCertificates.Certificate;
import ai.opencode.sandbox.rootfs.KeptFiles;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the trigger of ca-certificates leaves, {@code update-ca-certificates}: the bundle that
 * programs read holds the certificate authorities that {@code /etc/ca-certificates.conf} selects
 * and those in {@code /usr/local/share/ca-certificates}, and {@code /etc/ssl/certs} has a link for
 * each, by name and by the hash by which OpenSSL looks for it.
 *
 * <p>The real program copies whatever it finds, and says on a closed channel what it cannot read.
 * The same is done here, and each such file is a warning.
 */
public final class LocalCertificates {

  /** To be raised with every change to the effects that the same installation gives. */
  static final int FORMAT = 2;

  public static final String GLOBAL = KeptFiles.CERTIFICATES;
  public static final String LOCAL = KeptFiles.LOCAL_CERTIFICATES;
  public static final String SELECTION = KeptFiles.CERTIFICATE_SELECTION;

  private static final String PACKAGE = "ca-certificates";
  private static final String CERTIFICATES = "etc/ssl/certs";
  private static final String BUNDLE = "ca-certificates.crt";
  private static final String UPDATES = "etc/ca-certificates/update.d/";

  /** The script that makes the links by hash, the only one that the package itself contains. */
  private static final String HASHES = UPDATES + "certhash";

  /** The names of files that {@code c_rehash} looks into. */
  private static final Pattern REHASHED = Pattern.compile("(?is).*\\.(pem|crt|cer|crl)");

  /** A line of the selection that is no path: a name that no link can have, or a way out. */
  private static final Pattern STRAY = Pattern.compile("(?s).*\\p{Cntrl}.*|(.*/)?\\.\\.(/.*)?");

  private static final int MOST_WARNINGS = 20;
  private static final int MOST_SELECTION = 1 << 20;

  private final CertificateFiles files;
  private final ScriptEffects effects;
  private final CertificateBundle bundle = new CertificateBundle();
  private final List<String> flaws = new ArrayList<>();
  private int moreFlaws;
  private boolean local;

  private LocalCertificates(CertificateFiles files, ScriptEffects effects) {
    this.files = files;
    this.effects = effects;
  }

  /**
   * What the program would read of the files that an image brings.
   *
   * @param files texts by absolute path
   * @return contents by path without leading slash
   */
  static Map<String, byte[]> among(Map<String, String> files) {
    Map<String, byte[]> read = new HashMap<>();
    files.forEach(
        (path, text) -> {
          String name = path.substring(1);
          if (name.startsWith(LOCAL) || name.startsWith(GLOBAL) || name.equals(SELECTION)) {
            read.put(name, text.getBytes(StandardCharsets.UTF_8));
          }
        });
    return read;
  }

  /**
   * @param coming what the image's own files will bring of what the program reads, by path without
   *     leading slash
   */
  static void reproduce(
      Transaction transaction, Map<String, byte[]> coming, ScriptEffects effects) {
    CertificateFiles files = new CertificateFiles(effects.root(), coming);
    LocalCertificates trigger = new LocalCertificates(files, effects);
    if (!transaction.hasTrigger(PACKAGE)) {
      trigger.warnOfUnused();
    } else if (!coming.isEmpty() || !transaction.triggering(PACKAGE).isEmpty()) {
      trigger.run(transaction.label(PACKAGE).orElse(PACKAGE));
    }
    trigger.warn();
  }

  private void warnOfUnused() {
    for (String name : files.below(directory(LOCAL))) {
      if (isCertificate(LOCAL + name)) {
        flaw(LOCAL + name, "is not trusted: no package " + PACKAGE + " is there that bundles it");
      }
    }
  }

  private void run(String label) {
    addSelected();
    addLocal();
    Root.Builder root = effects.root();
    String directory = root.resolve(CERTIFICATES);
    effects.directory(directory, PACKAGE);
    linkByName(directory);
    write(directory + "/" + BUNDLE, bundle.text());
    if (root.get(HASHES) != null) {
      linkByHash(directory);
    }
    root.pathsBelow(directory(UPDATES)).stream()
        .filter(path -> !path.equals(HASHES))
        .forEach(path -> effects.notReproduced(label, "trigger: `/" + path + "`"));
    if (local) {
      effects.trustOwnAuthorities();
    }
  }

  private void addSelected() {
    byte[] selection = files.content(SELECTION).orElse(null);
    if (selection == null) {
      flaw(SELECTION, "cannot be read: no certificate of a package is trusted");
      return;
    }
    if (selection.length > MOST_SELECTION) {
      throw new VerificationException(
          "/" + SELECTION + " has more than 1 MiB; list the certificates that are to be trusted");
    }
    for (String line : CertificateFiles.lines(selection)) {
      if (line.startsWith("#") || line.startsWith("!")) {
        continue;
      }
      if (STRAY.matcher(line).matches()) {
        flaw(SELECTION, "has a line that names no certificate: \"" + line + "\"");
        continue;
      }
      byte[] content = files.content(GLOBAL + line).orElse(null);
      bundle.add(GLOBAL + line, content);
      if (content == null) {
        flaw(GLOBAL + line, "is not trusted: /" + SELECTION + " has it, and it cannot be read");
      } else {
        readable(GLOBAL + line, content);
      }
    }
  }

  /** Hidden files and what lies deeper are not looked at by the program. */
  private void addLocal() {
    NavigableSet<String> names = files.below(directory(LOCAL));
    for (String name : names) {
      String path = LOCAL + name;
      if (name.startsWith(".") || name.contains("/")) {
        if (isCertificate(path)) {
          flaw(path, "is not trusted: only files right in /" + LOCAL + " are, and no hidden ones");
        }
        continue;
      }
      byte[] content = files.content(path).orElse(null);
      bundle.add(path, content);
      if (content != null) {
        local |= readable(path, content);
      } else if (!isDirectory(path) && names.subSet(name + "/", name + "0").isEmpty()) {
        flaw(path, "is not trusted: it cannot be read");
      }
    }
  }

  private boolean isDirectory(String path) {
    Node node = effects.root().get(path);
    return node != null && node.isDirectory();
  }

  /** Whether a file is a certificate by its name or by its content. */
  private boolean isCertificate(String path) {
    byte[] content = files.content(path).orElse(null);
    return !isDirectory(path)
        && (REHASHED.matcher(path).matches()
            || (content != null && !PemCertificates.of(content).certificates().isEmpty()));
  }

  /** Whether a file has a certificate that programs will find in the bundle. */
  private boolean readable(String path, byte[] content) {
    PemCertificates read = PemCertificates.of(content);
    if (read.certificates().isEmpty() || read.broken()) {
      flaw(
          path,
          (read.certificates().isEmpty()
                  ? "holds no certificate in PEM form that can be read"
                  : "holds a certificate that cannot be read")
              + ", and is part of the trusted ones as it is; convert it (-----BEGIN"
              + " CERTIFICATE-----), or leave it out");
    }
    return !read.certificates().isEmpty();
  }

  private void linkByName(String directory) {
    Root.Builder root = effects.root();
    SortedMap<String, String> links = bundle.links();
    for (String name : names(directory)) {
      Node node = root.get(directory + "/" + name);
      if (node != null
          && node.type() == Node.Type.LINK
          && !name.startsWith(".")
          && !links.containsKey(name)
          && (node.target().startsWith("/" + GLOBAL) || node.target().startsWith("/" + LOCAL))) {
        effects.delete(directory + "/" + name, PACKAGE);
      }
    }
    links.forEach(
        (name, target) -> {
          Node before = root.get(directory + "/" + name);
          // What is no link is somebody's file, and stays.
          if (before == null || before.type() == Node.Type.LINK) {
            link(directory + "/" + name, target);
          }
        });
  }

  private void linkByHash(String directory) {
    Root.Builder root = effects.root();
    Map<String, String> before = new HashMap<>();
    SortedMap<String, Certificate> certificates = new TreeMap<>();
    for (String name : names(directory)) {
      Node node = root.get(directory + "/" + name);
      if (node == null || node.isDirectory()) {
        continue;
      }
      boolean link = node.type() == Node.Type.LINK;
      if (link && HashLinks.isOne(name)) {
        before.put(name, node.target());
      } else if (REHASHED.matcher(name).matches() && !name.equals(BUNDLE)) {
        byte[] content = content(directory, name, node);
        if (content == null) {
          flaw(directory + "/" + name, "is not linked by its hash: a build does not look into it");
          continue;
        }
        PemCertificates read = PemCertificates.of(content);
        if (read.certificates().size() == 1 && !read.broken()) {
          certificates.put(name, read.certificates().get(0));
        }
      }
    }
    SortedMap<String, String> links = HashLinks.of(certificates, before);
    for (String name : before.keySet()) {
      if (!links.containsKey(name)) {
        effects.delete(directory + "/" + name, PACKAGE);
      }
    }
    links.forEach(
        (name, target) -> {
          Node there = root.get(directory + "/" + name);
          if (there == null || !there.isDirectory()) {
            link(directory + "/" + name, target);
          }
        });
  }

  private byte @Nullable [] content(String directory, String name, Node node) {
    return node.type() == Node.Type.LINK && node.target().equals(bundle.links().get(name))
        ? bundle.content(name)
        : files.content(directory + "/" + name).orElse(null);
  }

  private List<String> names(String directory) {
    List<String> names = new ArrayList<>();
    for (String path : effects.root().pathsBelow(directory)) {
      String name = path.substring(directory.length() + 1);
      if (!name.contains("/")) {
        names.add(name);
      }
    }
    return names;
  }

  private void link(String path, String target) {
    Node before = effects.root().get(path);
    if (before == null || before.type() != Node.Type.LINK || !before.target().equals(target)) {
      effects.link(path, target, PACKAGE);
    }
  }

  /** A bundle that is there as it is to be, of a package, stays in the package's layer. */
  private void write(String path, byte[] text) {
    Node before = effects.root().get(path);
    Node after = Node.file(0644, 0, 0, text);
    if (before == null
        || before.type() != Node.Type.FILE
        || !before.access().equals(after.access())
        || !Objects.equals(before.sha1(), after.sha1())) {
      effects.file(path, text, PACKAGE);
    }
  }

  private void flaw(String path, String sentence) {
    if (flaws.size() < MOST_WARNINGS) {
      flaws.add(("/" + path + " " + sentence).replaceAll("\\p{Cntrl}", "?"));
    } else {
      moreFlaws++;
    }
  }

  private void warn() {
    flaws.forEach(effects::warn);
    if (moreFlaws > 0) {
      effects.warn(moreFlaws + " more certificates are not trusted, or cannot be read");
    }
  }

  private static String directory(String path) {
    return path.substring(0, path.length() - 1);
  }
}
