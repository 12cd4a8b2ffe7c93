package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.attest.sbom.Sbom;
import ai.opencode.sandbox.attest.sbom.SoftwareBill;
import ai.opencode.sandbox.inspect.BillReader;
import ai.opencode.sandbox.inspect.content.ImageSource;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The SBOMs of the images of this build, compared with what scanners find in the images themselves.
 * A difference is a line of {@code scanner-differences.tsv} with its reason.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
@RequiresImages
@RequiresPrograms("docker-registry")
@EnabledIfSystemProperty(
    named = "sandbox.test.all",
    matches = "true",
    disabledReason = "skipped: no -Dsandbox.test.all=true, which builds scanners and takes minutes")
class ScannersIT {

  private static final String SPDX = "https://spdx.dev/Document";

  @TempDir private static Path directory;
  private APublication published;
  private Oracle oracle;

  @BeforeAll
  void publish() throws Exception {
    published = APublication.in(directory.resolve("registry"));
    oracle = new Oracle(directory);
  }

  @AfterAll
  void stop() throws Exception {
    if (published != null) {
      published.close();
    }
  }

  @Test
  @RequiresPrograms("syft")
  void syftFindsThePackagesOfTheSbomInTheImage() throws Exception {
    List<String> inImages = new ArrayList<>();
    List<String> inSboms = new ArrayList<>();
    for (String image : APublication.IMAGES) {
      String source = "registry:" + published.reference(image);
      for (JsonNode each :
          json(oracle.run("syft", "scan", "-q", "-o", "syft-json", source)).path("artifacts")) {
        // Readers split the distribution of a purl at its first hyphen, so ours leaves it out
        // where there is no release.
        inImages.add(each.path("purl").asText().replace("&distro=opencode-sandbox-stand-in", ""));
      }
      purls(image, true).forEach(inSboms::add);
    }
    assertThat(differences(inImages, inSboms)).isEqualTo(known("syft"));
  }

  @Test
  @RequiresPrograms("trivy")
  void trivyFindsThePackagesOfTheSbomInTheImage() throws Exception {
    List<String> inImages = new ArrayList<>();
    List<String> inSboms = new ArrayList<>();
    for (String image : APublication.IMAGES) {
      JsonNode results =
          json(oracle.run(
                  "trivy",
                  "image",
                  "--image-src",
                  "remote",
                  "--scanners",
                  "license",
                  "-q",
                  "--list-all-pkgs",
                  "--format",
                  "json",
                  published.reference(image)))
              .path("Results");
      for (JsonNode result : results) {
        boolean isSystem = result.path("Class").asText().equals("os-pkgs");
        for (JsonNode each : result.path("Packages")) {
          // It writes no purl for packages of a distribution that it does not know.
          String version = each.path("Name").asText() + "@" + each.path("Version").asText();
          inImages.add(isSystem ? "apk " + version : each.at("/Identifier/PURL").asText());
        }
      }
      purls(image, false).forEach(inSboms::add);
    }
    assertThat(differences(inImages, inSboms)).isEqualTo(known("trivy"));
  }

  /** npm's own packages are read as npm's, and not as ones of the distribution. */
  @Test
  @RequiresPrograms("trivy")
  void trivyReadsEveryPackageOfBothFormsOfTheSbom() throws Exception {
    for (String image : APublication.IMAGES) {
      for (String format : List.of("spdx", "cyclonedx")) {
        Path file = sbom(image, format);
        JsonNode results =
            json(oracle.run(
                    "trivy",
                    "sbom",
                    "--scanners",
                    "license",
                    "-q",
                    "--list-all-pkgs",
                    "--format",
                    "json",
                    file.toString()))
                .path("Results");
        Set<String> read = new TreeSet<>();
        for (JsonNode result : results) {
          for (JsonNode each : result.path("Packages")) {
            String purl = each.at("/Identifier/PURL").asText();
            boolean isSystem = result.path("Class").asText().equals("os-pkgs");
            assertThat(purl.startsWith("pkg:apk/")).as(purl).isEqualTo(isSystem);
            read.add(purl.replaceFirst("\\?.*", ""));
          }
        }
        Set<String> stated = new TreeSet<>();
        purls(image, true).forEach(each -> stated.add(each.replaceFirst("\\?.*", "")));
        assertThat(read).as(image + " " + format).isEqualTo(stated);
      }
    }
  }

  @Test
  @RequiresPrograms("syft")
  void syftReadsEveryPackageOfBothFormsOfTheSbom() throws Exception {
    for (String image : APublication.IMAGES) {
      for (String format : List.of("spdx", "cyclonedx")) {
        JsonNode read =
            json(
                oracle.run(
                    "syft", "convert", "-q", sbom(image, format).toString(), "-o", "syft-json"));
        Set<String> found = new TreeSet<>();
        read.path("artifacts").forEach(each -> found.add(each.path("purl").asText()));
        // The distribution has no purl.
        found.remove("");
        assertThat(found).as(image + " " + format).isEqualTo(new TreeSet<>(purls(image, true)));
      }
    }
  }

  @Test
  @RequiresPrograms("buildx")
  void buildxShowsSbomAndProvenance() throws Exception {
    for (String image : APublication.IMAGES) {
      String[] inspect = {
        "buildx", "imagetools", "inspect", published.reference(image), "--format"
      };
      assertThat(json(run(inspect, "{{json .SBOM.SPDX}}")))
          .isEqualTo(published.predicate(image, SPDX));
      assertThat(json(run(inspect, "{{json .Provenance.SLSA}}")))
          .isEqualTo(published.predicate(image, "https://slsa.dev/provenance/v1"));
    }
  }

  private String run(String[] start, String last) throws Exception {
    List<String> command = new ArrayList<>(List.of(start));
    command.add(last);
    return oracle.run(command.toArray(String[]::new));
  }

  /** An image without signatures is one, and not an error of another kind. */
  @Test
  @RequiresPrograms({"cosign", "openssl"})
  void cosignReadsTheImageAndFindsNoSignature() throws Exception {
    String image = published.reference(APublication.IMAGES.get(1));
    assertThat(oracle.ask("cosign", "tree", image).code()).isZero();
    String key = directory.resolve("key").toString();
    String open = directory.resolve("key.pub").toString();
    oracle.run(
        "openssl",
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-out",
        key);
    oracle.run("openssl", "pkey", "-in", key, "-pubout", "-out", open);
    Oracle.Answer answer =
        oracle.ask("cosign", "verify", "--key", open, "--insecure-ignore-tlog", image);
    assertThat(answer.code()).as(answer.messages()).isEqualTo(10);
    assertThat(answer.messages()).contains("no signatures found");
  }

  private Path sbom(String image, String format) throws Exception {
    Path file = directory.resolve(image + "." + format + ".json");
    if (format.equals("spdx")) {
      return Files.write(file, Json.write(published.predicate(image, SPDX)));
    }
    ImageSource source = new ImageSource.OciDirectory(APublication.LAYOUT, image);
    SoftwareBill bill = new BillReader(RegistryAccess.standard()).bill(source, Platform.host());
    return Files.write(file, Sbom.ofProgram("1.0.0").cyclonedx(bill));
  }

  /** Returns the addresses of an SBOM's packages; of Alpine's also only names and versions. */
  private List<String> purls(String image, boolean ofApk) throws IOException {
    List<String> found = new ArrayList<>();
    for (JsonNode each : published.predicate(image, SPDX).path("packages")) {
      String purl = each.at("/externalRefs/0/referenceLocator").asText();
      if (purl.startsWith("pkg:apk/") && !ofApk) {
        found.add("apk " + each.path("name").asText() + "@" + each.path("versionInfo").asText());
      } else if (!purl.isEmpty() && !purl.startsWith("pkg:oci/")) {
        found.add(purl);
      }
    }
    assertThat(found).hasSizeGreaterThan(40);
    return found;
  }

  /** Returns what only one side has, or has more often. */
  private static Set<String> differences(List<String> scanner, List<String> sbom) {
    Set<String> differences = new TreeSet<>();
    for (String each : new TreeSet<>(scanner)) {
      if (Collections.frequency(scanner, each) > Collections.frequency(sbom, each)) {
        differences.add("scanner " + each);
      }
    }
    for (String each : new TreeSet<>(sbom)) {
      if (Collections.frequency(sbom, each) > Collections.frequency(scanner, each)) {
        differences.add("sbom " + each);
      }
    }
    return differences;
  }

  private static Set<String> known(String scanner) throws IOException {
    Set<String> known = new TreeSet<>();
    try (InputStream table =
        Objects.requireNonNull(
            ScannersIT.class.getResourceAsStream("attest/scanner-differences.tsv"))) {
      for (String line : new String(table.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
        String[] parts = line.split("\t", -1);
        if (parts[0].equals(scanner)) {
          assertThat(parts).as(line).hasSize(4).doesNotContain("");
          known.add(parts[1] + " " + parts[2]);
        }
      }
    }
    return known;
  }

  /** Reads an answer of any size. */
  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }
}
