package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.attest.sbom.ReferenceReaders;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code sbom}, on an image and the lock that it was built from. */
class SbomCommandTest {

  @TempDir private static Path directory;

  private static String image;
  private static Path lock;

  @BeforeAll
  static void build() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.withTheBasesPackages(directory)) {
      String layout = "oci:" + directory.resolve("images");
      String everywhere =
          layout
              + ",oci-archive:"
              + directory.resolve("image.tar")
              + ",docker-archive:"
              + directory.resolve("docker.tar");
      ARun run =
          ARun.of(upstream.arguments("build", "--to", everywhere, "base").toArray(String[]::new));
      assertThat(run.exitCode()).as(run.err()).isZero();
      image = layout + ":opencode-sandbox-base";
      lock = directory.resolve("sandbox.lock.json");
    }
  }

  @Test
  void writesAValidDocumentOfAnImage() throws IOException {
    JsonNode document = json(ARun.of("sbom", image));
    assertThat(names(document)).contains("opencode-sandbox-base", "git", "nodejs", "tini");
    assertThat(document.path("files")).isNotEmpty();
    assertThat(ReferenceReaders.spdxFlaws(document.toString().getBytes(StandardCharsets.UTF_8)))
        .isEmpty();
  }

  @Test
  void writesCycloneDxIntoAFile() throws IOException {
    Path file = directory.resolve("bom.json");
    ARun run = ARun.of("sbom", image, "--format", "cyclonedx", "-o", file.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).isEmpty();
    assertThat(ReferenceReaders.cycloneDxFlaws(Files.readAllBytes(file))).isEmpty();
  }

  @Test
  void givesTheSameBytesForAnArchive() {
    String archive = directory.resolve("image.tar").toString();
    ARun fromLayout = ARun.of("sbom", image);
    ARun fromArchive = ARun.of("sbom", "oci-archive:" + archive);
    assertThat(fromArchive.out()).isEqualTo(fromLayout.out()).isNotEmpty();
  }

  @Test
  void namesLayersOfADockerArchiveByTheirContent() throws IOException {
    String archive = directory.resolve("docker.tar").toString();
    JsonNode document = json(ARun.of("sbom", "docker-archive:" + archive));
    assertThat(document.toString()).contains("LayerDiffID: sha256:").doesNotContain("LayerDigest:");
    assertThat(names(document)).isEqualTo(names(json(ARun.of("sbom", image))));
    assertThat(ReferenceReaders.spdxFlaws(document.toString().getBytes(StandardCharsets.UTF_8)))
        .isEmpty();
  }

  @Test
  void writesTheAddedPackagesOfALock() throws IOException {
    JsonNode document = json(ARun.of("sbom", lock.toString()));
    assertThat(names(document)).contains("opencode-sandbox-base", "git", "nodejs", "tini");
    assertThat(document.toString()).contains("\"SHA256\"");
    assertThat(document.path("creationInfo").path("comment").asText()).contains("base image");
    assertThat(ReferenceReaders.spdxFlaws(document.toString().getBytes(StandardCharsets.UTF_8)))
        .isEmpty();
    assertThat(json(ARun.of("sbom", lock + ":base"))).isEqualTo(document);
  }

  @Test
  void namesNoPlaceOfThisMachine() {
    for (String each : List.of(image, lock.toString())) {
      assertThat(ARun.of("sbom", each).out()).doesNotContain(directory.toString(), "localhost");
    }
  }

  @Test
  void refusesWhatItCannotWrite() {
    assertThat(ARun.of("sbom").exitCode()).isEqualTo(2);
    refuse(2, "not a format", "sbom", image, "--format", "xml");
    refuse(2, "There is no file", "sbom", directory.resolve("no.json").toString());
    refuse(2, "has no image other", "sbom", lock + ":other");
    refuse(7, "linux/arm64", "sbom", lock.toString(), "--platform", "linux/arm64");
    refuse(2, "linux/arm64", "sbom", image, "--platform", "linux/arm64");
    refuse(2, "--output", "sbom", image, "-o", directory.toString());
  }

  private static void refuse(int exitCode, String words, String... arguments) {
    ARun run = ARun.of(arguments);
    assertThat(run.err()).contains(words);
    assertThat(run.exitCode()).isEqualTo(exitCode);
    assertThat(run.out()).isEmpty();
  }

  private static JsonNode json(ARun run) throws IOException {
    assertThat(run.exitCode()).as(run.err()).isZero();
    return new ObjectMapper().readTree(run.out());
  }

  private static List<String> names(JsonNode document) {
    List<String> names = new ArrayList<>();
    document.path("packages").forEach(each -> names.add(each.path("name").asText()));
    return names;
  }
}
