package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.ScriptKind;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.install.scripts.CertificateFlaw.Kind;
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
import java.util.regex.Pattern;

/**
 * The effects of the trigger of ca-certificates, {@code update-ca-certificates}. It writes the
 * bundle that programs read, with the certificate authorities that {@code
 * /etc/ca-certificates.conf} selects and those in {@code /usr/local/share/ca-certificates}. {@code
 * /etc/ssl/certs} gets two links for each of them: one by name and one by OpenSSL's hash.
 *
 * <p>The stand-in's ca-certificates has no trigger and no certificates, because its bundle is
 * finished. There the user's own certificates are appended to the bundle.
 *
 * <p>Like the real program, this copies files into the bundle even if they are not certificates;
 * each of them causes a warning.
 */
public final class LocalCertificates {

  /** The format's version: raise it whenever the same installation gives other effects. */
  static final int FORMAT = 3;

  /** The directory of the certificates in packages. */
  public static final String GLOBAL = KeptFiles.CERTIFICATES;

  /** The directory of the user's own certificates. */
  public static final String LOCAL = KeptFiles.LOCAL_CERTIFICATES;

  /** The file with the names of the trusted certificates in {@link #GLOBAL}. */
  public static final String SELECTION = KeptFiles.CERTIFICATE_SELECTION;

  private static final PackageId PACKAGE = new PackageId("ca-certificates");
  private static final String CERTIFICATES = "etc/ssl/certs";
  static final String BUNDLE = "ca-certificates.crt";

  /** The file with all trusted certificates, without leading slash. */
  public static final String TRUSTED = KeptFiles.CERTIFICATE_BUNDLE;

  private static final String UPDATES = "etc/ca-certificates/update.d/";

  /** The hook script that makes the links by hash, the only hook in the package itself. */
  private static final String HASHES = UPDATES + "certhash";

  /** The names of files in which {@code c_rehash} looks for certificates. */
  static final Pattern REHASHED = Pattern.compile("(?is).*\\.(pem|crt|cer|crl)");

  /** An invalid line of the selection: with control characters, or with {@code ..} in its path. */
  private static final Pattern STRAY = Pattern.compile("(?s).*\\p{Cntrl}.*|(.*/)?\\.\\.(/.*)?");

  private static final int MAX_SELECTION = 1 << 20;

  private final CertificateFiles files;
  private final ScriptEffects effects;
  private final CertificateBundle bundle = new CertificateBundle();
  private final List<CertificateFlaw> flaws = new ArrayList<>();
  private int moreFlaws;
  private boolean local;

  private LocalCertificates(CertificateFiles files, ScriptEffects effects) {
    this.files = files;
    this.effects = effects;
  }

  /**
   * Selects those files of an image's definition that the program would read.
   *
   * @param files contents by absolute path
   * @return contents by path without leading slash
   */
  static Map<String, byte[]> among(Map<String, byte[]> files) {
    Map<String, byte[]> read = new HashMap<>();
    files.forEach(
        (path, content) -> {
          String name = Root.relative(path);
          if (name.startsWith(LOCAL) || name.startsWith(GLOBAL) || name.equals(SELECTION)) {
            read.put(name, content);
          }
        });
    return read;
  }

  /**
   * Adds the trigger's effects if a transaction would run it.
   *
   * @param defined the result of {@link #among}
   */
  static void reproduce(
      Transaction transaction, Map<String, byte[]> defined, ScriptEffects effects) {
    CertificateFiles files = new CertificateFiles(effects.root(), defined);
    LocalCertificates trigger = new LocalCertificates(files, effects);
    ApkPackage author = transaction.find(PACKAGE).orElse(null);
    if (author != null && transaction.hasTrigger(PACKAGE)) {
      if (!defined.isEmpty() || !transaction.triggering(PACKAGE).isEmpty()) {
        trigger.run(author);
      }
    } else {
      byte[] finished = files.content(TRUSTED).orElse(null);
      if (author == null || finished == null) {
        trigger.warnOfUnused();
      } else {
        trigger.append(author, new String(finished, StandardCharsets.UTF_8));
      }
    }
    effects.flaws(new CertificateFlaws(trigger.flaws, trigger.moreFlaws));
  }

  private void warnOfUnused() {
    for (String name : files.below(directory(LOCAL))) {
      if (isCertificate(LOCAL + name)) {
        flaw(Kind.PACKAGE_MISSING, LOCAL + name);
      }
    }
  }

  private void append(ApkPackage author, String finished) {
    addLocal();
    String missing = bundle.missingIn(finished);
    if (!missing.isEmpty()) {
      String directory = effects.root().resolve(CERTIFICATES);
      links(author, directory).makeByName();
      write(
          author, directory + "/" + BUNDLE, (finished + missing).getBytes(StandardCharsets.UTF_8));
    }
    if (local) {
      effects.trustOwnAuthorities();
    }
  }

  private void trigger(ApkPackage author, String command) {
    effects.notReproduced(NotReproduced.Command.of(author.label(), ScriptKind.TRIGGER, command));
  }

  private void run(ApkPackage author) {
    addSelected();
    addLocal();
    Root.Builder root = effects.root();
    String directory = root.resolve(CERTIFICATES);
    effects.directory(directory, author);
    CertificateLinks links = links(author, directory);
    links.makeByName();
    write(author, directory + "/" + BUNDLE, bundle.text());
    if (root.get(HASHES) != null) {
      links.makeByHash();
    }
    root.pathsBelow(directory(UPDATES)).stream()
        .filter(path -> !path.equals(HASHES))
        .forEach(path -> trigger(author, "/" + path));
    if (local) {
      effects.trustOwnAuthorities();
    }
  }

  private void addSelected() {
    byte[] selection = files.content(SELECTION).orElse(null);
    if (selection == null) {
      flaw(Kind.SELECTION_UNREADABLE, SELECTION);
      return;
    }
    if (selection.length > MAX_SELECTION) {
      throw new VerificationException(
          "/" + SELECTION + " has more than 1 MiB. List only the certificates to trust.");
    }
    for (String line : CertificateFiles.lines(selection)) {
      if (line.startsWith("#") || line.startsWith("!")) {
        continue;
      }
      if (STRAY.matcher(line).matches()) {
        flaw(new CertificateFlaw(Kind.INVALID_LINE, SELECTION, line));
        continue;
      }
      byte[] content = files.content(GLOBAL + line).orElse(null);
      bundle.add(GLOBAL + line, content);
      if (content == null) {
        flaw(Kind.SELECTED_UNREADABLE, GLOBAL + line);
      } else {
        readable(GLOBAL + line, content);
      }
    }
  }

  /** Adds the user's certificates. The program ignores hidden files and subdirectories. */
  private void addLocal() {
    NavigableSet<String> names = files.below(directory(LOCAL));
    for (String name : names) {
      String path = LOCAL + name;
      if (name.startsWith(".") || name.contains("/")) {
        if (isCertificate(path)) {
          flaw(Kind.HIDDEN, path);
        }
        continue;
      }
      byte[] content = files.content(path).orElse(null);
      bundle.add(path, content);
      if (content != null) {
        requirePublic(path, content);
        local |= readable(path, content);
      } else if (!isDirectory(path) && names.subSet(name + "/", name + "0").isEmpty()) {
        flaw(Kind.OWN_UNREADABLE, path);
      }
    }
  }

  private static void requirePublic(String path, byte[] content) {
    if (new String(content, StandardCharsets.ISO_8859_1).contains("PRIVATE KEY-----")) {
      throw new VerificationException(
          "/"
              + path
              + " has a private key, which every program in the image could read. Leave only the"
              + " certificate in it.");
    }
  }

  private boolean isDirectory(String path) {
    Node node = effects.root().get(path);
    return node != null && node.isDirectory();
  }

  /** Returns whether a file is a certificate by its name or by its content. */
  private boolean isCertificate(String path) {
    byte[] content = files.content(path).orElse(null);
    return !isDirectory(path)
        && (REHASHED.matcher(path).matches()
            || (content != null && !PemCertificates.of(content).certificates().isEmpty()));
  }

  /** Returns whether a file has a readable certificate; reports a file with any other content. */
  private boolean readable(String path, byte[] content) {
    PemCertificates read = PemCertificates.of(content);
    if (read.certificates().isEmpty()) {
      flaw(Kind.NO_CERTIFICATE, path);
    } else if (read.broken()) {
      flaw(Kind.BROKEN_CERTIFICATE, path);
    }
    return !read.certificates().isEmpty();
  }

  private CertificateLinks links(ApkPackage author, String directory) {
    return new CertificateLinks(
        author, directory, files, effects, bundle, path -> flaw(Kind.NO_HASH_LINK, path));
  }

  /** Writes the bundle, unless an equal one is there: that stays in its package's layer. */
  private void write(ApkPackage author, String path, byte[] text) {
    Node before = effects.root().get(path);
    Node after = Node.file(Access.ofRoot(0644), text);
    if (before == null
        || before.type() != Node.Type.FILE
        || !before.access().equals(after.access())
        || !Objects.equals(before.sha1(), after.sha1())) {
      effects.file(path, text, author);
    }
  }

  private void flaw(Kind kind, String path) {
    flaw(new CertificateFlaw(kind, path, ""));
  }

  private void flaw(CertificateFlaw flaw) {
    if (flaws.size() < CertificateFlaws.MOST) {
      flaws.add(flaw);
    } else {
      moreFlaws++;
    }
  }

  private static String directory(String path) {
    return path.substring(0, path.length() - 1);
  }
}
