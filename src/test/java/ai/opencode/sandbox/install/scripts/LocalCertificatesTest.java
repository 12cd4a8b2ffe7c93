package ai.opencode.sandbox.install.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.AWarningList;
import ai.opencode.sandbox.BuiltRoot;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A company's own certificate authority is trusted as if update-ca-certificates had run. */
class LocalCertificatesTest {

  private static final String LOCAL = "/usr/local/share/ca-certificates/";
  private static final String BUNDLE = "etc/ssl/certs/ca-certificates.crt";

  private static final String ROOT_ONE = certificate("root-one.pem");
  private static final String ROOT_TWO = certificate("root-two.pem");
  private static final String CORP = certificate("corp.pem");

  /** What {@code openssl x509 -subject_hash} says of them. */
  private static final String HASH_ONE = hash("root-one.pem");

  private static final String HASH_CORP = hash("corp.pem");

  private static final AnApk CERTIFICATES =
      AnApk.named("ca-certificates")
          .depends("ca-certificates-bundle")
          .withFile("usr/share/ca-certificates/mozilla/Root One (1).crt", 0644, ROOT_ONE)
          .withFile("usr/share/ca-certificates/mozilla/Root_Two.crt", 0644, ROOT_TWO)
          .withFile(
              "etc/ca-certificates.conf",
              0644,
              "# made\nmozilla/Root One (1).crt\n!mozilla/Root_Two.crt\n")
          .withFile("etc/ca-certificates/update.d/certhash", 0755, "#!/bin/sh\n")
          .script("trigger", "#!/bin/sh\n/usr/sbin/update-ca-certificates\n")
          .triggers(
              "/usr/share/ca-certificates /usr/local/share/ca-certificates /etc/ssl/certs"
                  + " /etc/ca-certificates/update.d");

  private static final AnApk FINISHED =
      AnApk.named("ca-certificates-bundle").withFile(BUNDLE, 0644, "finished\n");

  @TempDir private Path folder;

  @Test
  void theImagesOwnFileIsBundledAndLinked() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(folder, CERTIFICATES, FINISHED)) {
      BuiltRoot root =
          root(
              upstream,
              ASmallUpstream.image("ca-certificates")
                  .withFile(new StaticFile(LOCAL + "corp.crt", 0644, CORP)));

      assertThat(root.text(BUNDLE)).isEqualTo(ROOT_ONE + "\n" + CORP + "\n");
      assertThat(target(root, "etc/ssl/certs/ca-cert-corp.pem")).isEqualTo(LOCAL + "corp.crt");
      assertThat(target(root, "etc/ssl/certs/" + HASH_CORP + ".0")).isEqualTo("ca-cert-corp.pem");
      assertThat(target(root, "etc/ssl/certs/ca-cert-Root_One_=1=.pem"))
          .isEqualTo("/usr/share/ca-certificates/mozilla/Root One (1).crt");
      assertThat(target(root, "etc/ssl/certs/" + HASH_ONE + ".0"))
          .isEqualTo("ca-cert-Root_One_=1=.pem");
      assertThat(root.has("etc/ssl/certs/ca-cert-Root_Two.pem")).isFalse();
    }
  }

  @Test
  void aPackagesFileIsToo() throws Exception {
    AnApk corp = AnApk.named("corp").withFile(LOCAL.substring(1) + "corp.crt", 0644, CORP);
    try (ASmallUpstream upstream = ASmallUpstream.in(folder, CERTIFICATES, FINISHED, corp)) {
      BuiltRoot root = root(upstream, ASmallUpstream.image("ca-certificates", "corp"));

      assertThat(root.text(BUNDLE)).isEqualTo(ROOT_ONE + "\n" + CORP + "\n");
      assertThat(target(root, "etc/ssl/certs/" + HASH_CORP + ".0")).isEqualTo("ca-cert-corp.pem");
    }
  }

  @Test
  void moreThanAnybodysAuthoritiesAreRefused() throws Exception {
    String much = "x".repeat(22 << 20);
    AnApk flood =
        AnApk.named("flood")
            .withFile(LOCAL.substring(1) + "a.crt", 0644, much)
            .withFile(LOCAL.substring(1) + "b.crt", 0644, much)
            .withFile(LOCAL.substring(1) + "c.crt", 0644, much);
    try (ASmallUpstream upstream = ASmallUpstream.in(folder, flood)) {
      assertThatThrownBy(() -> root(upstream, ASmallUpstream.image("flood")))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("flood-1.0-r0.apk")
          .hasMessageContaining("more than 64 MiB of certificates");
    }
  }

  @Test
  void aChildImageAddsToWhatItsParentHas() throws Exception {
    AnApk corp = AnApk.named("corp").withFile(LOCAL.substring(1) + "corp.crt", 0644, CORP);
    try (ASmallUpstream upstream = ASmallUpstream.in(folder, CERTIFICATES, FINISHED, corp)) {
      ImageDefinition parent =
          ASmallUpstream.image("ca-certificates")
              .withFile(new StaticFile(LOCAL + "another", 0644, ROOT_TWO));
      BuiltRoot root =
          root(upstream, parent, ImageDefinition.from(parent, "child").withPackages("corp"));

      assertThat(root.text(BUNDLE)).isEqualTo(ROOT_ONE + "\n" + ROOT_TWO + "\n" + CORP + "\n");
      assertThat(target(root, "etc/ssl/certs/ca-cert-another.pem")).isEqualTo(LOCAL + "another");
    }
  }

  @Test
  void thePackagesBundleIsLeftAloneWithoutLocalAuthorities() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(folder, CERTIFICATES, FINISHED)) {
      BuiltRoot root = root(upstream, ASmallUpstream.image("ca-certificates"));

      assertThat(root.text(BUNDLE)).isEqualTo("finished\n");
      assertThat(root.has("etc/ssl/certs/" + HASH_ONE + ".0")).isFalse();
    }
  }

  @Test
  void whatIsNoCertificateIsRefusedByName() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(folder, CERTIFICATES, FINISHED)) {
      StaticFile der = new StaticFile(LOCAL + "corp.crt", 0644, "0\u0082 binary");

      assertThatThrownBy(
              () -> root(upstream, ASmallUpstream.image("ca-certificates").withFile(der)))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining(LOCAL + "corp.crt holds no certificate in PEM form");
    }
  }

  @Test
  void saysSoWhereAnotherPackageHooksIn() throws Exception {
    AnApk java =
        AnApk.named("java").withFile("etc/ca-certificates/update.d/java", 0755, "#!/bin/sh\n");
    try (ASmallUpstream upstream = ASmallUpstream.in(folder, CERTIFICATES, FINISHED, java)) {
      AWarningList warnings = new AWarningList();
      new SandboxBuilder(upstream.settings(), warnings)
          .build(
              List.of(
                  ASmallUpstream.image("ca-certificates", "java")
                      .withFile(new StaticFile(LOCAL + "corp.crt", 0644, CORP))));

      assertThat(warnings.sentences())
          .singleElement()
          .asString()
          .contains(
              "ca-certificates-1.0-r0 would run trigger: `/etc/ca-certificates/update.d/java`");
    }
  }

  private static String target(BuiltRoot root, String path) {
    return root.entry(path) instanceof TarEntry.SymbolicLink link ? link.target() : "no link";
  }

  private static BuiltRoot root(ASmallUpstream upstream, ImageDefinition... definitions)
      throws Exception {
    AWarningList warnings = new AWarningList();
    List<BuiltImage> images =
        new SandboxBuilder(upstream.settings(), warnings).build(List.of(definitions));
    assertThat(unexpected(warnings)).isEmpty();
    return BuiltRoot.of(
        images.get(images.size() - 1).platforms().get(0).layers(), new BlobStore(upstream.cache()));
  }

  /** Without the line that {@link #hash} reads. */
  private static String certificate(String name) {
    return resource(name).substring(resource(name).indexOf("-----BEGIN"));
  }

  private static String hash(String name) {
    return resource(name).lines().findFirst().orElseThrow();
  }

  private static String resource(String name) {
    try (InputStream in = LocalCertificatesTest.class.getResourceAsStream("certificates/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Returns what is said beyond that the texts of these scripts are made up. */
  private static List<String> unexpected(AWarningList warnings) {
    return warnings.sentences().stream()
        .filter(each -> !each.contains("with a text that is not known"))
        .toList();
  }
}
