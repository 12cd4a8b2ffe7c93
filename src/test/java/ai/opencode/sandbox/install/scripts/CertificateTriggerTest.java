package ai.opencode.sandbox.install.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.SharedData;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.DatabaseState;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.ScriptArchive;
import ai.opencode.sandbox.apk.Triggers;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.install.Transaction;
import ai.opencode.sandbox.install.scripts.CertificateFlaw.Kind;
import ai.opencode.sandbox.rootfs.Node;
import ai.opencode.sandbox.rootfs.Root;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Holds the effects of update-ca-certificates and c_rehash against what the real programs, run in a
 * root of their own, made of the same files.
 */
class CertificateTriggerTest {

  private static final String CHECKSUM = "Q1ryXg8KBBKxQZQpCe0ZkUTMRvW7w=";
  private static final String CERTS = "etc/ssl/certs/";
  private static final String GLOBAL = "usr/share/ca-certificates/";
  private static final String LOCAL = "usr/local/share/ca-certificates/";
  private static final String SELECTION = "etc/ca-certificates.conf";
  private static final String ROOT_ONE = resource("root-one.pem");
  private static final String ROOT_TWO = resource("root-two.pem");
  private static final String CORP = resource("corp.pem");

  /** Certificates of one subject with different keys; the second ended in 2020. */
  private static final String SAME_ONE = resource("same-one.pem");

  private static final String SAME_TWO = resource("same-two-expired.pem");
  private static final String SAME_HASH = "d4e128b9";

  private final Root.Builder root = Root.builder();
  private final Map<String, byte[]> coming = new HashMap<>();

  CertificateTriggerTest() {
    directory(GLOBAL + "m");
    directory(LOCAL.substring(0, LOCAL.length() - 1));
    directory(CERTS.substring(0, CERTS.length() - 1));
    file("etc/ca-certificates/update.d/certhash", "#!/bin/sh\n");
  }

  @Test
  void bundlesInTheOrderOfTheSelectionAndThenOfNames() {
    file(GLOBAL + "m/b.crt", ROOT_TWO);
    file(GLOBAL + "m/a.crt", ROOT_ONE);
    file(LOCAL + "z.crt", SAME_ONE);
    file(LOCAL + "Y", CORP);

    select("m/b.crt\nm/a.crt\n");

    assertThat(run().report().flaws().listed()).isEmpty();
    assertThat(bundle())
        .isEqualTo(ROOT_TWO + "\n" + ROOT_ONE + "\n" + CORP + "\n" + SAME_ONE + "\n");
  }

  @Test
  void leavesOutUnselectedCertificates() {
    file(GLOBAL + "m/a.crt", ROOT_ONE);
    file(GLOBAL + "m/b.crt", ROOT_TWO);
    root.put(CERTS + "ca-cert-b.pem", Node.link("/" + GLOBAL + "m/b.crt"));
    root.put(CERTS + "0a0a0a0a.0", Node.link("ca-cert-b.pem"));

    select("# m/b.crt\nm/a.crt\n!m/b.crt\n");

    run();
    assertThat(bundle()).isEqualTo(ROOT_ONE + "\n");
    assertThat(root.pathsBelow("etc/ssl/certs"))
        .hasSize(3)
        .doesNotContain(CERTS + "ca-cert-b.pem", CERTS + "0a0a0a0a.0");
  }

  @Test
  void warnsOfAFileThatIsNotThereAndLinksItAsTheProgramDoes() {
    file(GLOBAL + "m/a.crt", ROOT_ONE);

    select("m/gone.crt\nm/a.crt");

    assertThat(run().report().flaws().listed())
        .containsExactly(CertificateFlaw.of(Kind.SELECTED_UNREADABLE, GLOBAL + "m/gone.crt"));
    assertThat(bundle()).isEqualTo("\n" + ROOT_ONE + "\n");
    assertThat(target("ca-cert-gone.pem")).isEqualTo("/" + GLOBAL + "m/gone.crt");
  }

  @Test
  void numbersCertificatesWithOneHashAndKeepsTheNumbersThatAreThere() {
    file(GLOBAL + "m/a.crt", SAME_ONE);
    file(LOCAL + "b.crt", SAME_TWO);
    file(LOCAL + "c.crt", SAME_TWO);

    select("m/a.crt\n");

    assertThat(run().report().flaws().listed()).isEmpty();
    assertThat(target(SAME_HASH + ".0")).isEqualTo("ca-cert-a.pem");
    assertThat(target(SAME_HASH + ".1")).isEqualTo("ca-cert-b.pem");
    assertThat(target(SAME_HASH + ".2")).isNull();

    root.put(CERTS + SAME_HASH + ".0", Node.link("ca-cert-b.pem"));
    root.put(CERTS + SAME_HASH + ".1", Node.link("ca-cert-gone.pem"));
    run();
    assertThat(target(SAME_HASH + ".0")).isEqualTo("ca-cert-b.pem");
    assertThat(target(SAME_HASH + ".1")).isEqualTo("ca-cert-a.pem");
  }

  @Test
  void copiesLineEndsAsTheyAre() {
    String crlf = CORP.replace("\n", "\r\n");
    String cut = ROOT_ONE.substring(0, ROOT_ONE.length() - 1);
    file(LOCAL + "a.crt", cut);
    file(LOCAL + "b.crt", crlf);

    select("");

    assertThat(run().report().flaws().listed()).isEmpty();
    assertThat(bundle()).isEqualTo(cut + "\n" + crlf + "\n");
    assertThat(root.pathsBelow("etc/ssl/certs")).hasSize(5);
  }

  @Test
  void severalCertificatesInOneFileAreBundledWithoutAHash() {
    file(LOCAL + "chain.crt", CORP + ROOT_ONE);

    select("");

    assertThat(run().report().trustsOwnAuthorities()).isTrue();
    assertThat(bundle()).isEqualTo(CORP + ROOT_ONE + "\n");
    assertThat(root.pathsBelow("etc/ssl/certs"))
        .containsExactly(CERTS + "ca-cert-chain.pem", CERTS + "ca-certificates.crt");
  }

  @Test
  void warnsOfUnreadableCertificates() {
    file(LOCAL + "bom.crt", "\ufeff" + CORP);
    file(LOCAL + "cut.crt", CORP.substring(0, 200));
    file(LOCAL + "glued.crt", CORP.stripTrailing() + ROOT_ONE);
    file(LOCAL + "half.crt", CORP + CORP.replace("MII", "M!!"));
    file(LOCAL + "deep/er.crt", CORP);
    file(LOCAL + ".hidden", CORP);
    file(LOCAL + ".keep", "");
    root.put(LOCAL + "loop.crt", Node.link("loop.crt"));

    select("m/../../../../etc/shadow\nm/\u001b[2J\n");

    assertThat(run().report().flaws())
        .isEqualTo(
            new CertificateFlaws(
                List.of(
                    new CertificateFlaw(Kind.INVALID_LINE, SELECTION, "m/../../../../etc/shadow"),
                    new CertificateFlaw(Kind.INVALID_LINE, SELECTION, "m/\u001b[2J"),
                    CertificateFlaw.of(Kind.HIDDEN, LOCAL + ".hidden"),
                    CertificateFlaw.of(Kind.NO_CERTIFICATE, LOCAL + "bom.crt"),
                    CertificateFlaw.of(Kind.NO_CERTIFICATE, LOCAL + "cut.crt"),
                    CertificateFlaw.of(Kind.HIDDEN, LOCAL + "deep/er.crt"),
                    CertificateFlaw.of(Kind.NO_CERTIFICATE, LOCAL + "glued.crt"),
                    CertificateFlaw.of(Kind.BROKEN_CERTIFICATE, LOCAL + "half.crt"),
                    CertificateFlaw.of(Kind.OWN_UNREADABLE, LOCAL + "loop.crt")),
                0));
    assertThat(target("ca-cert-deep.pem")).isEqualTo("/" + LOCAL + "deep");
  }

  @Test
  void warningsHaveAnEnd() {
    select("m/gone.crt\n".repeat(10_000));

    CertificateFlaws flaws = run().report().flaws();
    assertThat(flaws.listed()).hasSize(20);
    assertThat(flaws.more()).isEqualTo(9980);
  }

  @Test
  void refusesABundleWithoutEnd() {
    file(GLOBAL + "m/a.crt", "x".repeat(20 << 20));

    select("m/a.crt\n".repeat(1_000));

    assertThatThrownBy(this::run)
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("more than 64 MiB");
  }

  @Test
  void refusesTooManyFiles() {
    for (int i = 0; i <= 10_000; i++) {
      file(LOCAL + i, "");
    }
    select("");

    assertThatThrownBy(this::run)
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("10000 files");
  }

  @Test
  void refusesASelectionWithoutEnd() {
    select("\n".repeat((1 << 20) + 1));

    assertThatThrownBy(this::run)
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("/etc/ca-certificates.conf has more than 1 MiB");
  }

  @Test
  void keepsForeignFilesInTheDirectory() {
    file(GLOBAL + "m/a.crt", ROOT_ONE);
    file(CERTS + "ca-cert-a.pem", "mine");
    file(CERTS + "mine.pem", ROOT_TWO);
    root.put(CERTS + "other.pem", Node.link("/etc/other"));

    select("m/a.crt\n");

    run();
    assertThat(root.text(CERTS + "ca-cert-a.pem")).contains("mine");
    assertThat(target("other.pem")).isEqualTo("/etc/other");
    assertThat(target(hash("root-two.pem") + ".0")).isEqualTo("mine.pem");
  }

  @Test
  void doesNotWriteABundleThatIsThere() {
    file(GLOBAL + "m/a.crt", ROOT_ONE);
    file(CERTS + "ca-certificates.crt", ROOT_ONE + "\n");

    select("m/a.crt\n");

    assertThat(run().made().keySet())
        .containsExactly(CERTS + hash("root-one.pem") + ".0", CERTS + "ca-cert-a.pem");
  }

  @Test
  void withoutASelectionOnlyLocalAuthoritiesAreTrusted() {
    file(LOCAL + "corp.crt", CORP);
    coming.put(LOCAL + "one.crt", ROOT_ONE.getBytes(StandardCharsets.UTF_8));

    assertThat(run().report().flaws().listed())
        .containsExactly(CertificateFlaw.of(Kind.SELECTION_UNREADABLE, SELECTION));
    assertThat(bundle()).isEqualTo(CORP + "\n" + ROOT_ONE + "\n");
  }

  /** Certificates that a database lists by SHA-1, and the bundle that the real program made. */
  @Test
  void makesTheBundleOfARealSystem() throws IOException {
    Path system = SharedData.path("packages/installed-3.23.2-x86_64");
    byte[] real = Files.readAllBytes(system.resolve("ca-certificates.crt"));
    Map<Checksum, String> pieces = new HashMap<>();
    String text = new String(real, StandardCharsets.ISO_8859_1);
    for (String piece : text.split("(?<=-----END CERTIFICATE-----\n)\n", -1)) {
      byte[] bytes = piece.getBytes(StandardCharsets.ISO_8859_1);
      pieces.put(Checksum.from(Checksum.newSha1().digest(bytes)), piece);
    }
    List<String> selection = new ArrayList<>();
    InstalledPackage installed;
    try (InputStream in = Files.newInputStream(system.resolve("installed"))) {
      installed =
          InstalledDatabase.parse(in, "the database")
              .find(new PackageId("ca-certificates"))
              .orElseThrow();
    }
    for (InstalledPackage.Directory directory : installed.directories()) {
      for (InstalledPackage.File each : directory.files()) {
        String path = directory.path() + "/" + each.name();
        if (path.startsWith(GLOBAL)) {
          file(path, Objects.requireNonNull(pieces.get(each.checksum()), path));
          selection.add(path.substring(GLOBAL.length()));
        }
      }
    }
    assertThat(selection).hasSize(145);

    select(String.join("\n", selection) + "\n");

    assertThat(run().report().flaws().listed()).isEmpty();
    assertThat(bundle()).isEqualTo(text);
    // Each has a link by its name and one by its hash.
    assertThat(root.pathsBelow("etc/ssl/certs")).hasSize(1 + 145 + 145);
    // As OpenSSL names them, whose subjects have no ASCII, several values and other kinds of text.
    assertThat(target("988a38cb.0")).startsWith("ca-cert-NetLock_Arany");
    assertThat(target("4042bcee.0")).isEqualTo("ca-cert-ISRG_Root_X1.pem");
  }

  private ScriptEffects run() {
    ScriptEffects effects = new ScriptEffects(root);
    InstalledDatabase database;
    String record = "C:" + CHECKSUM + "\nP:ca-certificates\nV:1-r0\nA:x86_64\n\n";
    try (InputStream in = new ByteArrayInputStream(record.getBytes(StandardCharsets.US_ASCII))) {
      database = InstalledDatabase.parse(in, "the database");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Triggers triggers = Triggers.parse(CHECKSUM + " /usr/share/ca-certificates\n", "the test");
    DatabaseState before =
        new DatabaseState(database, triggers, new ScriptArchive(Map.of()), false);
    LocalCertificates.reproduce(new Transaction(before, List.of(), List.of()), coming, effects);
    return effects;
  }

  private void select(String lines) {
    coming.put(SELECTION, lines.getBytes(StandardCharsets.UTF_8));
  }

  private String bundle() {
    byte[] bytes = root.bytes(CERTS + "ca-certificates.crt").orElseThrow();
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private @Nullable String target(String name) {
    Node node = root.get(CERTS + name);
    return node == null ? null : node.target();
  }

  private void directory(String path) {
    if (!path.isEmpty() && root.get(path) == null) {
      directory(Root.parent(path));
      root.put(path, Node.directory(0755, 0, 0));
    }
  }

  private void file(String path, String text) {
    directory(Root.parent(path));
    root.put(path, Node.file(new Access(0644, 0, 0), text.getBytes(StandardCharsets.UTF_8)));
  }

  private static String hash(String name) {
    return whole(name).lines().findFirst().orElseThrow();
  }

  private static String resource(String name) {
    return whole(name).substring(whole(name).indexOf("-----BEGIN"));
  }

  private static String whole(String name) {
    try (InputStream in =
        CertificateTriggerTest.class.getResourceAsStream("certificates/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
