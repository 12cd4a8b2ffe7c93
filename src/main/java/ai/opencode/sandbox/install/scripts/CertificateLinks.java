package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.install.scripts.PemCertificates.Certificate;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The links to certificates in {@code /etc/ssl/certs}: by name, and by OpenSSL's hash. */
final class CertificateLinks {

  private final ApkPackage author;
  private final String directory;
  private final CertificateFiles files;
  private final ScriptEffects effects;
  private final CertificateBundle bundle;
  private final Consumer<String> withoutHash;

  /**
   * Creates access to the links.
   *
   * @param author the package with the script that makes the links
   * @param directory the directory of the links, without leading slash
   * @param withoutHash receives the path of each file whose content is unknown during the build
   */
  CertificateLinks(
      ApkPackage author,
      String directory,
      CertificateFiles files,
      ScriptEffects effects,
      CertificateBundle bundle,
      Consumer<String> withoutHash) {
    this.author = author;
    this.directory = directory;
    this.files = files;
    this.effects = effects;
    this.bundle = bundle;
    this.withoutHash = withoutHash;
  }

  /** Makes the links by name, and removes those of certificates that are gone. */
  void makeByName() {
    Root.Builder root = effects.root();
    SortedMap<String, String> links = bundle.links();
    for (String name : names()) {
      Node node = root.get(directory + "/" + name);
      if (node != null
          && node.type() == Node.Type.LINK
          && !name.startsWith(".")
          && !links.containsKey(name)
          && (node.target().startsWith("/" + LocalCertificates.GLOBAL)
              || node.target().startsWith("/" + LocalCertificates.LOCAL))) {
        effects.delete(directory + "/" + name, author);
      }
    }
    links.forEach(
        (name, target) -> {
          Node before = root.get(directory + "/" + name);
          // The real program does not replace a file or directory either.
          if (before == null || before.type() == Node.Type.LINK) {
            link(directory + "/" + name, target);
          }
        });
  }

  /** Makes the links by hash, as c_rehash does for every certificate in the directory. */
  void makeByHash() {
    Root.Builder root = effects.root();
    Map<String, String> before = new HashMap<>();
    SortedMap<String, Certificate> certificates = new TreeMap<>();
    for (String name : names()) {
      Node node = root.get(directory + "/" + name);
      if (node == null || node.isDirectory()) {
        continue;
      }
      boolean link = node.type() == Node.Type.LINK;
      if (link && HashLinks.isOne(name)) {
        before.put(name, node.target());
      } else if (LocalCertificates.REHASHED.matcher(name).matches()
          && !name.equals(LocalCertificates.BUNDLE)) {
        byte[] content = content(name, node);
        if (content == null) {
          withoutHash.accept(directory + "/" + name);
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
        effects.delete(directory + "/" + name, author);
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

  private byte @Nullable [] content(String name, Node node) {
    return node.type() == Node.Type.LINK && node.target().equals(bundle.links().get(name))
        ? bundle.content(name)
        : files.content(directory + "/" + name).orElse(null);
  }

  private List<String> names() {
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
      effects.link(path, target, author);
    }
  }
}
