package ai.opencode.sandbox.install.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The links to certificates that update-ca-certificates and c_rehash make. */
class CertificateLinksTest {

  private static final ApkPackage AUTHOR = AnApk.named("ca-certificates").toPackage();
  private static final String CERTS = "etc/ssl/certs";
  private static final String GLOBAL = "usr/share/ca-certificates/";
  private static final String LOCAL = "usr/local/share/ca-certificates/";

  /** Two certificates of one subject. */
  private static final String ONE = resource("same-one.pem");

  private static final String TWO = resource("same-two-expired.pem");
  private static final String HASH = "d4e128b9";

  private final Root.Builder root = Root.builder();
  private final ScriptEffects effects = new ScriptEffects(root);
  private final CertificateBundle bundle = new CertificateBundle();
  private final Map<String, byte[]> defined = new HashMap<>();
  private final List<String> withoutHash = new ArrayList<>();

  CertificateLinksTest() {
    root.put(CERTS, Node.directory(0755, 0, 0));
  }

  @Test
  void makesALinkForEachFileOfTheBundle() {
    bundle.add(GLOBAL + "m/a.crt", bytes(ONE));
    bundle.add(LOCAL + "b.crt", bytes(TWO));

    links().makeByName();

    assertThat(target("ca-cert-a.pem")).isEqualTo("/" + GLOBAL + "m/a.crt");
    assertThat(target("ca-cert-b.pem")).isEqualTo("/" + LOCAL + "b.crt");
    assertThat(effects.made()).containsOnlyKeys(CERTS + "/ca-cert-a.pem", CERTS + "/ca-cert-b.pem");
  }

  @Test
  void removesLinksToCertificatesThatAreGone() {
    link("ca-cert-gone.pem", "/" + GLOBAL + "gone.crt");
    link("ca-cert-mine.pem", "/" + LOCAL + "gone.crt");
    link("other.pem", "/opt/other.pem");
    link(".hidden", "/" + GLOBAL + "gone.crt");
    file("plain.pem", "it");
    root.put(CERTS + "/deep", Node.directory(0755, 0, 0));
    link("deep/in.pem", "/" + GLOBAL + "gone.crt");

    links().makeByName();

    assertThat(effects.deleted())
        .containsExactly(CERTS + "/ca-cert-gone.pem", CERTS + "/ca-cert-mine.pem");
  }

  @Test
  void replacesALinkAndNothingElse() {
    link("ca-cert-a.pem", "/elsewhere");
    file("ca-cert-b.pem", "a file");
    root.put(CERTS + "/ca-cert-c.pem", Node.directory(0755, 0, 0));
    link("ca-cert-d.pem", "/" + LOCAL + "d.crt");
    for (String name : List.of("a", "b", "c", "d")) {
      bundle.add(LOCAL + name + ".crt", bytes(ONE));
    }

    links().makeByName();

    assertThat(effects.made()).as("a link that is right stays").hasSize(1);
    assertThat(target("ca-cert-a.pem")).isEqualTo("/" + LOCAL + "a.crt");
  }

  @Test
  void numbersCertificatesOfOneSubject() {
    file("a.pem", ONE);
    file("b.CRT", TWO);

    links().makeByHash();

    assertThat(target(HASH + ".0")).isEqualTo("a.pem");
    assertThat(target(HASH + ".1")).isEqualTo("b.CRT");
    assertThat(effects.made()).hasSize(2);
  }

  @Test
  void hashesOnlyFilesWithOneCertificate() {
    file("two.pem", ONE + TWO);
    file("broken.pem", ONE + "-----BEGIN CERTIFICATE-----\n");
    file("none.pem", "text");
    file("a.txt", ONE);
    file("ca-certificates.crt", ONE);
    root.put(CERTS + "/directory.pem", Node.directory(0755, 0, 0));
    root.put(CERTS + "/deep", Node.directory(0755, 0, 0));
    file("deep/a.pem", ONE);

    links().makeByHash();

    assertThat(effects.made()).isEmpty();
    assertThat(withoutHash).isEmpty();
  }

  @Test
  void readsALinkOfTheBundleInTheBundle() {
    bundle.add(LOCAL + "a.crt", bytes(ONE));
    link("ca-cert-a.pem", "/" + LOCAL + "a.crt");

    links().makeByHash();

    assertThat(target(HASH + ".0")).isEqualTo("ca-cert-a.pem");
  }

  @Test
  void readsAnotherLinkInTheRoot() {
    bundle.add(LOCAL + "a.crt", bytes("no certificate"));
    link("ca-cert-a.pem", "/opt/other.pem");
    root.put("opt/other.pem", Node.file(Access.ofRoot(0644), bytes(ONE)));

    links().makeByHash();

    assertThat(target(HASH + ".0")).isEqualTo("ca-cert-a.pem");
  }

  @Test
  void tellsFilesWhoseContentIsUnknown() {
    link("broken.pem", "/nowhere");
    file("a.pem", ONE);

    links().makeByHash();

    assertThat(withoutHash).containsExactly(CERTS + "/broken.pem");
    assertThat(target(HASH + ".0")).isEqualTo("a.pem");
  }

  @Test
  void removesTheHashesOfFilesThatAreGone() {
    file("a.pem", ONE);
    link(HASH + ".0", "gone.pem");
    link("0a0a0a0a.0", "gone.pem");
    link("0a0a0a0a.x", "gone.pem");
    file("0b0b0b0b.0", "a file");

    links().makeByHash();

    assertThat(target(HASH + ".0")).isEqualTo("a.pem");
    assertThat(effects.deleted()).containsExactly(CERTS + "/0a0a0a0a.0");
  }

  @Test
  void aHashKeepsItsNumberAndADirectoryItsPlace() {
    file("a.pem", ONE);
    file("b.pem", TWO);
    link(HASH + ".1", "a.pem");
    root.put(CERTS + "/" + HASH + ".0", Node.directory(0755, 0, 0));

    links().makeByHash();

    assertThat(effects.made()).isEmpty();
    assertThat(effects.deleted()).isEmpty();
    assertThat(target(HASH + ".1")).isEqualTo("a.pem");
  }

  @Test
  void theEffectsAreThoseOfTheAuthor() {
    file("a.pem", ONE);

    links().makeByHash();

    assertThat(effects.authors()).containsExactly(AUTHOR);
  }

  private CertificateLinks links() {
    return new CertificateLinks(
        AUTHOR, CERTS, new CertificateFiles(root, defined), effects, bundle, withoutHash::add);
  }

  private void file(String name, String text) {
    root.put(CERTS + "/" + name, Node.file(Access.ofRoot(0644), bytes(text)));
  }

  private void link(String name, String target) {
    root.put(CERTS + "/" + name, Node.link(target));
  }

  private @Nullable String target(String name) {
    Node node = root.get(CERTS + "/" + name);
    return node == null ? null : node.target();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String resource(String name) {
    try (InputStream in = CertificateLinksTest.class.getResourceAsStream("certificates/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
