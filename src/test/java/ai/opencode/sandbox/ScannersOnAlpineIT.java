package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.attest.AttestationManifest;
import ai.opencode.sandbox.attest.Statement;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.report.Progress;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Images over real Alpine roots in each form that a disk can have, read by scanners: they find the
 * release and the packages that the SBOM names, no more and no fewer.
 */
@Timeout(300)
@RequiresSharedData
@EnabledIfSystemProperty(
    named = "sandbox.test.all",
    matches = "true",
    disabledReason = "skipped: no -Dsandbox.test.all=true, which builds scanners and takes minutes")
class ScannersOnAlpineIT {

  private static final String CURL = "packages/curl-7.83.1-r1.apk";

  /** The notations of scanners, by those of targets. */
  private static final Map<String, String> FORMS =
      new TreeMap<>(
          Map.of(
              "docker-archive", "docker-archive", "oci", "oci-dir", "oci-archive", "oci-archive"));

  @TempDir private Path directory;

  private JsonNode sbom = Json.object();

  private void build(String root) throws IOException {
    AnApk needed =
        AnApk.named("needed")
            .origin("needed")
            .provides("so:libcurl.so.4=4", "ca-certificates=1")
            .signed(ASmallUpstream.KEY);
    try (ASmallUpstream upstream =
        ASmallUpstream.over(
            SharedData.path("minirootfs/" + root),
            directory.resolve("upstream"),
            AnApk.read(SharedData.path(CURL)),
            needed)) {
      SandboxBuilder builder =
          new SandboxBuilder(
              upstream.settings().withAttestations(Set.of(AttestationKind.SBOM)),
              Progress.silent());
      List<BuiltImage> images = builder.build(List.of(ASmallUpstream.image("curl", "needed")));
      for (String form : FORMS.keySet()) {
        builder.send(images, Target.of(form + ":" + directory.resolve(form)));
      }
      BlobStore blobs = new BlobStore(upstream.cache());
      Descriptor entry = images.get(0).platforms().get(0).attestation().orElseThrow();
      Descriptor document = AttestationManifest.statements(blobs.read(entry.digest()), "it").get(0);
      sbom = Json.parse(Statement.parse(blobs.read(document.digest()), "it").predicate(), "it");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "alpine-minirootfs-3.20.3-x86_64.tar.gz, 3.20.3",
    "alpine-root-3.23.3-x86_64-apk-3.0.3.tar.gz, 3.23.3"
  })
  @RequiresPrograms("syft")
  void syftFindsWhatTheSbomNames(String root, String release) throws Exception {
    build(root);
    Set<String> stated = new TreeSet<>();
    for (JsonNode each : sbom.path("packages")) {
      String purl = each.at("/externalRefs/0/referenceLocator").asText();
      if (purl.startsWith("pkg:apk/")) {
        stated.add(purl);
      }
    }
    assertThat(stated).hasSizeGreaterThan(14).allMatch(each -> each.contains("alpine-" + release));
    for (Map.Entry<String, String> form : FORMS.entrySet()) {
      String source = form.getValue() + ":" + directory.resolve(form.getKey());
      JsonNode read = json(oracle().run("syft", "scan", "-q", "-o", "syft-json", source));
      Set<String> found = new TreeSet<>();
      read.path("artifacts").forEach(each -> found.add(each.path("purl").asText()));

      assertThat(found).as(form.getKey()).isEqualTo(stated);
      assertThat(read.at("/distro/versionID").asText()).isEqualTo(release);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "alpine-minirootfs-3.20.3-x86_64.tar.gz, 3.20.3",
    "alpine-root-3.23.3-x86_64-apk-3.0.3.tar.gz, 3.23.3"
  })
  @RequiresPrograms("trivy")
  void trivyFindsWhatTheSbomNames(String root, String release) throws Exception {
    build(root);
    Path file = Files.write(directory.resolve("s.spdx.json"), Json.write(sbom));
    Set<String> stated = trivy(release, "sbom", file.toString());
    assertThat(stated).hasSizeGreaterThan(14);
    // It reads no OCI archives.
    for (String form : List.of("docker-archive", "oci")) {
      assertThat(trivy(release, "image", "--input", directory.resolve(form).toString()))
          .as(form)
          .isEqualTo(stated);
    }
  }

  /** Returns names, versions and sources of the packages of a release. */
  private Set<String> trivy(String release, String kind, String... source) throws Exception {
    List<String> command = new ArrayList<>(List.of("trivy", kind));
    command.addAll(List.of("--scanners", "license", "-q", "--list-all-pkgs", "--format", "json"));
    command.addAll(List.of(source));
    JsonNode report = json(oracle().run(command.toArray(String[]::new)));
    assertThat(report.at("/Metadata/OS/Family").asText() + report.at("/Metadata/OS/Name").asText())
        .isEqualTo("alpine" + release);
    Set<String> found = new TreeSet<>();
    for (JsonNode result : report.path("Results")) {
      for (JsonNode each : result.path("Packages")) {
        found.add(
            result.path("Class").asText()
                + " "
                + each.path("Name").asText()
                + " "
                + each.path("Version").asText()
                + " of "
                + each.path("SrcName").asText());
      }
    }
    return found;
  }

  private Oracle oracle() {
    return new Oracle(directory);
  }

  /** Reads an answer of any size. */
  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }
}
