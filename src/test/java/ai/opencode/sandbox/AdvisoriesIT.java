package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.attest.AttestationManifest;
import ai.opencode.sandbox.attest.Statement;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.report.Progress;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Advisories that scanners find for an old image of ours, with databases of three records: by the
 * source package and the release of Alpine, and for an npm package inside an Alpine package. A
 * wrong origin or a missing release would find nothing without a word.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
@RequiresPrograms("python3")
@EnabledIfSystemProperty(
    named = "sandbox.test.all",
    matches = "true",
    disabledReason = "skipped: no -Dsandbox.test.all=true, which builds scanners and takes minutes")
class AdvisoriesIT {

  private static final String OF_ORIGIN = "CVE-2099-0001 libssl3 3.0.1-r0 fixed in 3.0.99-r0";
  private static final String OF_NPM = "CVE-2099-0003 tar 6.0.0 fixed in 99.0.0";
  private static final String DATE = "\"2026-11-27T00:00:00Z\"";

  private static final List<AnApk> PACKAGES =
      List.of(
          AnApk.named("alpine-release")
              .withFile("etc/alpine-release", 0644, "3.20.3\n")
              .withFile("etc/os-release", 0644, "ID=alpine\nVERSION_ID=3.20.3\n"),
          AnApk.named("libssl3")
              .version("3.0.1-r0")
              .origin("openssl")
              .withFile("usr/lib/libssl.so.3", 0755, "ssl"),
          AnApk.named("never").withFile("usr/share/never", 0644, "never affected"),
          AnApk.named("npm")
              .withFile(
                  "usr/lib/node_modules/npm/node_modules/tar/package.json",
                  0644,
                  "{\"name\":\"tar\",\"version\":\"6.0.0\"}"));

  @TempDir private static Path directory;
  private Oracle oracle;
  private Path layout;
  private Path archive;
  private Path sbom;

  @BeforeAll
  void build() throws IOException {
    oracle = new Oracle(directory);
    layout = directory.resolve("layout");
    archive = directory.resolve("old.tar");
    sbom = directory.resolve("sbom.spdx.json");
    AnApk[] signed =
        PACKAGES.stream().map(each -> each.signed(ASmallUpstream.KEY)).toArray(AnApk[]::new);
    String[] names = PACKAGES.stream().map(AnApk::name).toArray(String[]::new);
    try (ASmallUpstream upstream = ASmallUpstream.in(directory.resolve("upstream"), signed)) {
      SandboxBuilder builder =
          new SandboxBuilder(
              upstream.settings().withAttestations(Set.of(AttestationKind.SBOM)),
              Progress.silent());
      List<BuiltImage> images = builder.build(List.of(ASmallUpstream.image(names)));
      builder.send(images, Target.of("docker-archive:" + archive));
      BuiltImage image = images.get(0);
      BlobStore blobs = new BlobStore(upstream.cache());
      new OciLayout(layout).put(blobs, Map.of("old", image.platforms().get(0).manifest()));
      Descriptor entry = image.platforms().get(0).attestation().orElseThrow();
      Descriptor document = AttestationManifest.statements(blobs.read(entry.digest()), "it").get(0);
      Files.write(sbom, Statement.parse(blobs.read(document.digest()), "it").predicate());
    }
  }

  @Test
  @RequiresPrograms("trivy")
  void trivyFindsThemByOriginAndRelease() throws Exception {
    Path database = Files.createDirectories(directory.resolve("trivy/db"));
    Files.writeString(
        database.resolve("metadata.json"),
        "{\"Version\":2,\"NextUpdate\":\"2099-01-01T00:00:00Z\",\"UpdatedAt\":"
            + DATE
            + ",\"DownloadedAt\":"
            + DATE
            + "}");
    String npm = "npm::GitHub Security Advisory npm";
    new ABoltFile()
        .with("{\"FixedVersion\":\"3.0.99-r0\"}", "alpine 3.20", "openssl", "CVE-2099-0001")
        .with("{\"FixedVersion\":\"0\"}", "alpine 3.20", "never", "CVE-2099-0002")
        .with(
            "{\"PatchedVersions\":[\"99.0.0\"],\"VulnerableVersions\":[\"<99.0.0\"]}",
            npm,
            "tar",
            "CVE-2099-0003")
        .with("{\"ID\":\"alpine\",\"Name\":\"a\",\"URL\":\"b\"}", "data-source", "alpine 3.20")
        .with("{\"ID\":\"ghsa\",\"Name\":\"a\",\"URL\":\"b\"}", "data-source", npm)
        .with("{\"Title\":\"one\",\"Severity\":\"HIGH\"}", "vulnerability", "CVE-2099-0001")
        .with("{\"Title\":\"two\",\"Severity\":\"HIGH\"}", "vulnerability", "CVE-2099-0002")
        .with("{\"Title\":\"three\",\"Severity\":\"HIGH\"}", "vulnerability", "CVE-2099-0003")
        .writeTo(database.resolve("trivy.db"));

    assertThat(trivy("sbom", sbom.toString())).containsExactlyInAnyOrder(OF_ORIGIN, OF_NPM);
    for (Path each : List.of(layout, archive)) {
      assertThat(trivy("image", "--input", each.toString())).contains(OF_ORIGIN);
    }
  }

  private Set<String> trivy(String kind, String... source) throws Exception {
    String[] command = {
      "trivy",
      kind,
      "--cache-dir",
      directory.resolve("trivy").toString(),
      "--skip-db-update",
      "--offline-scan",
      "--scanners",
      "vuln",
      "-q",
      "--format",
      "json"
    };
    Set<String> found = new TreeSet<>();
    for (JsonNode result : json(oracle.run(with(command, source))).path("Results")) {
      for (JsonNode each : result.path("Vulnerabilities")) {
        found.add(
            each.path("VulnerabilityID").asText()
                + " "
                + each.path("PkgName").asText()
                + " "
                + each.path("InstalledVersion").asText()
                + " fixed in "
                + each.path("FixedVersion").asText());
      }
    }
    return found;
  }

  @Test
  @RequiresPrograms("grype")
  void grypeFindsThemByOriginAndRelease() throws Exception {
    Path database = Files.createDirectories(directory.resolve("grype/6"));
    Path sql = directory.resolve("grype-database.sql");
    try (InputStream in = AdvisoriesIT.class.getResourceAsStream("grype-database.sql")) {
      Files.write(sql, Objects.requireNonNull(in).readAllBytes());
    }
    oracle.run(
        "python3",
        "-c",
        "import sqlite3, sys; base = sqlite3.connect(sys.argv[2]);"
            + " base.executescript(open(sys.argv[1], encoding='utf-8').read()); base.close()",
        sql.toString(),
        database.resolve("vulnerability.db").toString());
    Files.writeString(
        database.resolve("import.json"),
        "{\"digest\":\"xxh64:0\",\"source\":\"hand\",\"client_version\":\"v6.1.10\"}");

    assertThat(grype("sbom:" + sbom)).containsExactlyInAnyOrder(OF_ORIGIN, OF_NPM);
    for (String each : List.of("oci-dir:" + layout, "docker-archive:" + archive)) {
      assertThat(grype(each)).contains(OF_ORIGIN);
    }
  }

  private Set<String> grype(String source) throws Exception {
    String[] command = {
      "env",
      "GRYPE_DB_CACHE_DIR=" + directory.resolve("grype"),
      "GRYPE_DB_AUTO_UPDATE=false",
      "GRYPE_DB_VALIDATE_AGE=false",
      "GRYPE_DB_VALIDATE_BY_HASH_ON_START=false",
      "grype",
      "-q",
      "-o",
      "json"
    };
    Set<String> found = new TreeSet<>();
    for (JsonNode each : json(oracle.run(with(command, source))).path("matches")) {
      found.add(
          each.at("/vulnerability/id").asText()
              + " "
              + each.at("/artifact/name").asText()
              + " "
              + each.at("/artifact/version").asText()
              + " fixed in "
              + each.at("/vulnerability/fix/versions/0").asText());
    }
    return found;
  }

  private static String[] with(String[] start, String... more) {
    String[] all = Arrays.copyOf(start, start.length + more.length);
    System.arraycopy(more, 0, all, start.length, more.length);
    return all;
  }

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }
}
