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
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trust in a company's own certificate authority, as after a run of update-ca-certificates. */
class LocalCertificatesTest {

  private static final String LOCAL = "/usr/local/share/ca-certificates/";
  private static final String BUNDLE = "etc/ssl/certs/ca-certificates.crt";

  private static final String ROOT_ONE = certificate("root-one.pem");
  private static final String ROOT_TWO = certificate("root-two.pem");
  private static final String CORP = certificate("corp.pem");

  /** The hash that {@code openssl x509 -subject_hash} prints. */
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

  @TempDir private Path directory;

  @Test
  void aPrivateKeyIsRefused() throws Exception {
    String secret = "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n";
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, CERTIFICATES, FINISHED)) {
      ImageDefinition image =
          ASmallUpstream.image("ca-certificates")
              .withFile(new StaticFile(LOCAL + "corp.crt", 0644, CORP + secret));

      assertThatThrownBy(() -> root(upstream, image))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("has a private key");
    }
  }

  /** The stand-in's ca-certificates has no trigger. */
  @Test
  void aFinishedBundleIsExtendedOnce() throws Exception {
    AnApk empty = AnApk.named("ca-certificates").depends("ca-certificates-bundle");
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, empty, FINISHED)) {
      ImageDefinition parent =
          ASmallUpstream.image("ca-certificates")
              .withFile(new StaticFile(LOCAL + "corp.crt", 0644, CORP));
      ImageDefinition child =
          ImageDefinition.from(parent, "child")
              .withFile(new StaticFile(LOCAL + "one.crt", 0644, ROOT_ONE));

      BuiltRoot root = root(upstream, parent);
      assertThat(root.text(BUNDLE)).isEqualTo("finished\n" + CORP + "\n");
      assertThat(target(root, "etc/ssl/certs/ca-cert-corp.pem")).isEqualTo(LOCAL + "corp.crt");
      assertThat(root(upstream, child).text(BUNDLE))
          .isEqualTo("finished\n" + CORP + "\n" + ROOT_ONE + "\n");
    }
  }

  @Test
  void theImagesOwnFileIsBundledAndLinked() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, CERTIFICATES, FINISHED)) {
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
  void aPackagesFileIsBundledAndLinked() throws Exception {
    AnApk corp = AnApk.named("corp").withFile(LOCAL.substring(1) + "corp.crt", 0644, CORP);
    try (ASmallUpstream upstream =
        ASmallUpstream.ofSigned(directory, CERTIFICATES, FINISHED, corp)) {
      BuiltRoot root = root(upstream, ASmallUpstream.image("ca-certificates", "corp"));

      assertThat(root.text(BUNDLE)).isEqualTo(ROOT_ONE + "\n" + CORP + "\n");
      assertThat(target(root, "etc/ssl/certs/" + HASH_CORP + ".0")).isEqualTo("ca-cert-corp.pem");
    }
  }

  @Test
  void refusesMoreCertificatesThanAnySystemHas() throws Exception {
    String much = "x".repeat(22 << 20);
    AnApk flood =
        AnApk.named("flood")
            .withFile(LOCAL.substring(1) + "a.crt", 0644, much)
            .withFile(LOCAL.substring(1) + "b.crt", 0644, much)
            .withFile(LOCAL.substring(1) + "c.crt", 0644, much);
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, flood)) {
      assertThatThrownBy(() -> root(upstream, ASmallUpstream.image("flood")))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("flood-1.0-r0.apk")
          .hasMessageContaining("more than 64 MiB of certificates");
    }
  }

  @Test
  void aChildImageAddsToItsParentsCertificates() throws Exception {
    AnApk corp = AnApk.named("corp").withFile(LOCAL.substring(1) + "corp.crt", 0644, CORP);
    try (ASmallUpstream upstream =
        ASmallUpstream.ofSigned(directory, CERTIFICATES, FINISHED, corp)) {
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
  void theBundleIsMadeOfTheSelectionWithoutLocalAuthorities() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, CERTIFICATES, FINISHED)) {
      BuiltRoot root = root(upstream, ASmallUpstream.image("ca-certificates"));

      assertThat(root.text(BUNDLE)).isEqualTo(ROOT_ONE + "\n");
      assertThat(target(root, "etc/ssl/certs/" + HASH_ONE + ".0"))
          .isEqualTo("ca-cert-Root_One_=1=.pem");
    }
  }

  @Test
  void programsAreToldOfTheBundleWhereItHasMoreThanTheirs() throws Exception {
    AnApk tool = AnApk.named("tool").withFile("usr/bin/tool", 0755, "#!tool");
    try (ASmallUpstream upstream =
        ASmallUpstream.ofSigned(directory, CERTIFICATES, FINISHED, tool)) {
      ImageDefinition plain = ASmallUpstream.image("ca-certificates");
      ImageDefinition parent = plain.withFile(new StaticFile(LOCAL + "corp.crt", 0644, CORP));
      ImageDefinition child = ImageDefinition.from(parent, "child").withPackages("tool");

      List<BuiltImage> images =
          new SandboxBuilder(upstream.settings(), new AWarningList()).build(List.of(parent, child));
      for (BuiltImage each : images) {
        assertThat(environment(upstream, each))
            .contains(
                "NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt",
                "REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt",
                "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt");
      }
      List<BuiltImage> without =
          new SandboxBuilder(upstream.settings(), new AWarningList()).build(List.of(plain));
      assertThat(environment(upstream, without.get(0))).noneMatch(line -> line.contains("CERT"));
    }
  }

  @Test
  void bundlesAFileWithoutCertificateAndWarnsOfIt() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, CERTIFICATES, FINISHED)) {
      AWarningList warnings = new AWarningList();
      new SandboxBuilder(upstream.settings(), warnings)
          .build(
              List.of(
                  ASmallUpstream.image("ca-certificates")
                      .withFile(new StaticFile(LOCAL + "corp.crt", 0644, "0\u0082 binary"))));

      assertThat(warnings.sentences())
          .filteredOn(each -> !each.contains("with a text that is not known"))
          .singleElement()
          .asString()
          .startsWith(LOCAL + "corp.crt has no readable certificate in PEM form");
    }
  }

  @Test
  void warnsOfACertificateThatNoPackageBundles() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.ofSigned(directory, FINISHED)) {
      AWarningList warnings = new AWarningList();
      List<BuiltImage> images =
          new SandboxBuilder(upstream.settings(), warnings)
              .build(
                  List.of(
                      ASmallUpstream.image("ca-certificates-bundle")
                          .withFile(new StaticFile(LOCAL + "corp.crt", 0644, CORP))));

      assertThat(warnings.sentences())
          .singleElement()
          .asString()
          .startsWith(LOCAL + "corp.crt is not trusted, because the package ca-certificates");
      assertThat(environment(upstream, images.get(0))).noneMatch(line -> line.contains("CERT"));
    }
  }

  @Test
  void reportsTheHookOfAnotherPackage() throws Exception {
    AnApk java =
        AnApk.named("java").withFile("etc/ca-certificates/update.d/java", 0755, "#!/bin/sh\n");
    try (ASmallUpstream upstream =
        ASmallUpstream.ofSigned(directory, CERTIFICATES, FINISHED, java)) {
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

  private static List<String> environment(ASmallUpstream upstream, BuiltImage image)
      throws IOException {
    BlobStore blobs = new BlobStore(upstream.cache());
    byte[] manifest = blobs.read(image.platforms().get(0).manifest().digest());
    Descriptor config = Manifest.parse(manifest, "the manifest").config();
    return ImageConfig.parse(blobs.read(config.digest()), "the configuration").environment();
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
        images.get(images.size() - 1).platforms().get(0).blobs(), new BlobStore(upstream.cache()));
  }

  /** Returns a certificate without the line that {@link #hash} reads. */
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
