package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The action that builds images, for this repository and for others. */
@RequiresPrograms("bash")
class BuildActionTest {

  private static final String OF_ONE = "sha256:" + "1".repeat(64);

  @TempDir private Path directory;

  /** Runs the step with a launcher that leaves one result. */
  private AWorkflow.Ended build(Map<String, String> inputs) throws Exception {
    AWorkflow.program(
        directory,
        "launcher",
        "for last; do :; done; printf "
            + OF_ONE
            + " >\"$last/one.digest\"; echo \"$SANDBOX_CA_FILE\"");
    Map<String, String> all = new TreeMap<>();
    all.put("LAUNCHER", "launcher");
    all.put("IMAGES", "");
    all.put("TO", "oci:images");
    all.put("PLATFORM", "linux/amd64");
    all.put("IMAGE_VERSION", "");
    all.put("LOCKED", "true");
    all.put("CA", "");
    all.putAll(inputs);
    return AWorkflow.ofAction("build").run(AWorkflow.ACTION, "Build the images", directory, all);
  }

  private String used(Map<String, String> inputs) throws Exception {
    AWorkflow.Ended ended = build(inputs);
    assertThat(ended.exitCode()).as(ended.printed()).isZero();
    assertThat(ended.uses()).hasSize(1);
    return ended.uses().get(0).replaceFirst("(--results) .*/digests[.]\\w+$", "$1 DIGESTS");
  }

  @Test
  void buildsFromTheLockUnlessItIsToldOtherwise() throws Exception {
    assertThat(used(Map.of()))
        .isEqualTo(
            "launcher build --locked --platform linux/amd64 --to oci:images --results DIGESTS");
    assertThat(used(Map.of("LOCKED", "false")))
        .isEqualTo("launcher build --platform linux/amd64 --to oci:images --results DIGESTS");
  }

  @ParameterizedTest
  @CsvSource({"''", "yes", "TRUE", "'true '"})
  void refusesAnotherAnswerThanTrueOrFalse(String locked) throws Exception {
    AWorkflow.Ended ended = build(Map.of("LOCKED", locked));

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.uses()).isEmpty();
    assertThat(ended.printed()).startsWith("::error::The input \"locked\" is true or false, not");
  }

  @Test
  void passesImagesAndVersionOn() throws Exception {
    assertThat(used(Map.of("IMAGES", "one two", "IMAGE_VERSION", "v1.2.3")))
        .startsWith("launcher build one two --locked --image-version v1.2.3 --platform");
  }

  @Test
  void trustsTheCertificatesOfTheInput() throws Exception {
    assertThat(build(Map.of("CA", "-----BEGIN CERTIFICATE-----")).printed())
        .contains("/build-ca.pem");
    assertThat(directory.resolve("build-ca.pem")).hasContent("-----BEGIN CERTIFICATE-----");
  }

  @Test
  void namesEachImageWithItsDigest() throws Exception {
    assertThat(build(Map.of()).printed()).contains("images<<END\none@" + OF_ONE + "\nEND\n");
  }

  @Test
  void givesItsInputsToNoShell() throws IOException {
    assertThat(AWorkflow.scripts(AWorkflow.ofAction("build").job(AWorkflow.ACTION)))
        .isNotEmpty()
        .noneMatch(script -> script.contains("${{"));
  }
}
