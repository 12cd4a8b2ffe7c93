package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The workflow that publishes images: they are built once, tested, and then sent. */
@RequiresPrograms("bash")
class PublishWorkflowTest {

  private static final String ONE = "one@sha256:" + "1".repeat(64);
  private static final String TWO = "two@sha256:" + "2".repeat(64);

  @TempDir private Path directory;
  private AWorkflow workflow;

  @BeforeEach
  void read() throws IOException {
    workflow = AWorkflow.named("publish");
  }

  private AWorkflow.Ended run(String job, String step, Map<String, String> environment)
      throws Exception {
    return workflow.run(job, step, directory, environment);
  }

  @Test
  void buildsOnceForBothPlatformsFromTheLock() {
    List<JsonNode> builds =
        workflow.jobs().values().stream()
            .flatMap(job -> StreamSupport.stream(job.path("steps").spliterator(), false))
            .filter(step -> step.path("uses").asText().equals("./.github/actions/build"))
            .toList();

    assertThat(builds).hasSize(1);
    assertThat(builds.get(0).at("/with/locked").asText()).isEqualTo("true");
    assertThat(builds.get(0).at("/with/platform").asText()).isEqualTo("linux/amd64,linux/arm64");
    assertThat(workflow.jobs())
        .containsOnlyKeys("build", "unit", "contract", "publish", "library", "release");
    workflow
        .jobs()
        .values()
        .forEach(
            job ->
                assertThat(AWorkflow.scripts(job))
                    .noneMatch(script -> script.contains("opencode-sandbox build"))
                    .noneMatch(script -> script.contains("sandbox.registry"))
                    .allSatisfy(
                        script ->
                            script
                                .lines()
                                .filter(line -> line.contains("mvn "))
                                .forEach(line -> assertThat(line).contains("-Dsandbox.skip"))));
  }

  @Test
  void testsTheLayoutOfTheBuildOnARunnerOfEachPlatform() {
    JsonNode contract = workflow.job("contract");

    assertThat(contract.path("needs").asText()).isEqualTo("build");
    assertThat(contract.at("/strategy/matrix/include").findValuesAsText("runner"))
        .containsExactly("ubuntu-24.04", "ubuntu-24.04-arm");
    assertThat(AWorkflow.scripts(contract)).last().isEqualTo("scripts/test --layout images");
  }

  @Test
  void publishesAfterAllTestsWithoutMavenAndWithoutCheckout() {
    JsonNode publish = workflow.job("publish");

    assertThat(publish.path("needs").toString()).isEqualTo("[\"build\",\"unit\",\"contract\"]");
    assertThat(publish.path("steps").findValuesAsText("uses"))
        .noneMatch(action -> action.contains("checkout"));
    assertThat(AWorkflow.scripts(publish))
        .noneMatch(script -> script.contains("mvn") || script.contains("scripts/"));
    assertThat(publish.path("steps").findValuesAsText("name"))
        .endsWith("Send the images without tags", "Move the tags");
  }

  @ParameterizedTest
  @CsvSource({
    "refs/heads/main, main",
    "refs/tags/v1.2.3, v1.2.3",
    "refs/tags/v0.10.0-rc.1, v0.10.0-rc.1",
  })
  void hasTheVersionOfItsRef(String ref, String version) throws Exception {
    assertThat(run("build", "Choose the version", ofRef(ref)).outputs())
        .isEqualTo(Map.of("version", version));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "refs/heads/topic",
        "refs/heads/v1.2.3",
        "refs/tags/main",
        "refs/tags/v1",
        "refs/tags/vlatest",
        "refs/tags/v1.2.3.4",
        "refs/tags/v01.2.3",
        "refs/tags/v1.2.3 v1",
        "refs/pull/1/merge"
      })
  void refusesAnotherRef(String ref) throws Exception {
    AWorkflow.Ended ended = run("build", "Choose the version", ofRef(ref));

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.printed()).startsWith("::error::" + ref + " is neither main nor a version");
    assertThat(ended.outputs()).isEmpty();
  }

  private static Map<String, String> ofRef(String ref) {
    return Map.of("GITHUB_REF", ref, "GITHUB_REF_NAME", ref.replaceFirst("^refs/[a-z]+/", ""));
  }

  @Test
  void stopsWithoutALock() throws Exception {
    AWorkflow.Ended ended = run("build", "Require the lock", Map.of());
    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.printed())
        .startsWith("::error::There is no layers/sandbox.lock.json, and only locked images are");

    Files.createDirectory(directory.resolve("layers"));
    Files.createFile(directory.resolve("layers/sandbox.lock.json"));
    assertThat(run("build", "Require the lock", Map.of()).exitCode()).isZero();

    Files.createFile(directory.resolve("sandbox.yaml"));
    assertThat(run("build", "Require the lock", Map.of()).printed())
        .startsWith("::error::There is no sandbox.lock.json,");
  }

  @ParameterizedTest
  @CsvSource({
    "'', false, ghcr.io/acme/sandbox-images/",
    "GHCR.io/Acme, false, ghcr.io/acme/",
    "docker.io/acme/, true, docker.io/acme/",
    "registry.example:5000/A/b, true, registry.example:5000/a/b/",
  })
  void publishesToTheRegistryOfTheVariable(String variable, boolean login, String namespace)
      throws Exception {
    assertThat(run("publish", "Choose the registry", registry(variable, login)).outputs())
        .isEqualTo(Map.of("namespace", namespace));
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker.io/acme", "ghcr.io.example/acme", "ghcr.io", "localhost:5000/a"})
  void needsALoginForAnotherRegistry(String variable) throws Exception {
    AWorkflow.Ended ended = run("publish", "Choose the registry", registry(variable, false));

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.printed())
        .startsWith("::error::The registry " + variable + " needs the secrets REGISTRY_USERNAME");
  }

  private static Map<String, String> registry(String variable, boolean login) {
    return Map.of(
        "REGISTRY",
        variable,
        "HAS_LOGIN",
        Boolean.toString(login),
        "GITHUB_REPOSITORY",
        "Acme/Sandbox-Images");
  }

  @Test
  void givesTheTokenOfTheJobToGitHubOnly() {
    for (JsonNode step : workflow.job("publish").path("steps")) {
      String password = step.at("/env/SANDBOX_REGISTRY_PASSWORD").asText();
      assertThat(step.toString().contains("github.token")).isEqualTo(!password.isEmpty());
      if (!password.isEmpty()) {
        assertThat(password)
            .isEqualTo(
                "${{ secrets.REGISTRY_PASSWORD || ((vars.SANDBOX_REGISTRY == '' ||"
                    + " startsWith(vars.SANDBOX_REGISTRY, 'ghcr.io/')) && github.token) || '' }}");
      }
    }
  }

  @Test
  @RequiresPrograms({"bash", "jq"})
  void comparesTheLayoutWithTheDigestsOfTheBuild() throws Exception {
    Files.createDirectory(directory.resolve("images"));
    Files.createDirectory(directory.resolve("program"));
    Files.writeString(directory.resolve("program/opencode-sandbox.jar"), "");
    String empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    assertThat(compared(ONE + "\n" + TWO, empty, TWO, ONE)).isZero();
    assertThat(compared(ONE, "0" + empty.substring(1), ONE)).isNotZero();
    assertThat(compared(ONE, empty, ONE, TWO)).isNotZero();
    assertThat(compared(ONE + "\n" + TWO, empty, ONE)).isNotZero();
    assertThat(compared(ONE, empty, ONE.replace('1', '3'))).isNotZero();
    assertThat(compared(ONE, empty, ONE.replace("one", "other"))).isNotZero();
  }

  private int compared(String outputs, String program, String... layout) throws Exception {
    StringBuilder manifests = new StringBuilder();
    for (String each : layout) {
      manifests
          .append(manifests.isEmpty() ? "" : ",")
          .append("{\"annotations\": {\"org.opencontainers.image.ref.name\": \"")
          .append(each.replaceFirst("@.*", ""))
          .append("\"}, \"digest\": \"")
          .append(each.replaceFirst(".*@", ""))
          .append("\"}");
    }
    Files.writeString(
        directory.resolve("images/index.json"), "{\"manifests\": [" + manifests + "]}");
    Map<String, String> environment = Map.of("IMAGES", outputs, "PROGRAM", program);
    int publishing =
        run("publish", "Compare the artifacts with the digests of the build", environment)
            .exitCode();
    if (publishing == 0) {
      assertThat(
              run("contract", "Compare the layout with the digests of the build", environment)
                  .exitCode())
          .isZero();
    }
    return publishing;
  }

  @Test
  void sendsWithoutTagsWhatWasTested() throws Exception {
    AWorkflow.program(
        directory, "java", "echo r.example/a/" + TWO + "; echo r.example/a/" + ONE + "; exit 0");
    Map<String, String> environment =
        Map.of("NAMESPACE", "r.example/a/", "IMAGES", ONE + "\n" + TWO);
    AWorkflow.Ended ended = run("publish", "Send the images without tags", environment);

    assertThat(ended.exitCode()).as(ended.printed()).isZero();
    assertThat(ended.uses())
        .containsExactly(
            "java -jar program/opencode-sandbox.jar publish oci:images --to r.example/a/ --tags none");

    AWorkflow.program(directory, "java", "echo r.example/a/" + ONE);
    assertThat(run("publish", "Send the images without tags", environment).exitCode()).isNotZero();
    AWorkflow.program(directory, "java", "echo r/" + ONE + "; echo r/" + TWO + "; exit 5");
    assertThat(run("publish", "Send the images without tags", environment).exitCode()).isEqualTo(5);
  }

  @Test
  void givesMainItsOwnTagOnly() throws Exception {
    assertThat(moved("main").uses())
        .containsExactly(
            "java -jar program/opencode-sandbox.jar publish oci:images --to r.example/a/ --tag main");
  }

  @Test
  void givesAllImagesTheirVersionBeforeTagsFollow() throws Exception {
    assertThat(moved("v1.2.3").uses())
        .containsExactly(
            "java -jar program/opencode-sandbox.jar publish oci:images --to r.example/a/ --tags full",
            "java -jar program/opencode-sandbox.jar publish oci:images --to r.example/a/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"main", "v1.2.3"})
  void failsAsTheRegistryDoes(String version) throws Exception {
    AWorkflow.program(directory, "java", "exit 5");
    AWorkflow.Ended ended = run("publish", "Move the tags", moving(version));

    assertThat(ended.exitCode()).isEqualTo(5);
    assertThat(ended.uses()).hasSize(1);
  }

  private AWorkflow.Ended moved(String version) throws Exception {
    AWorkflow.program(directory, "java", "echo r.example/a/one:1@sha256:0");
    return run("publish", "Move the tags", moving(version));
  }

  private static Map<String, String> moving(String version) {
    return Map.of("NAMESPACE", "r.example/a/", "VERSION", version);
  }

  @ParameterizedTest
  @CsvSource({
    "v1.2.3, 1.2.3, true",
    "v1.2.3, 1.2.4, false",
    "v1.2.3, 1.2.3-SNAPSHOT, false",
    "v1.2.3-rc.1, 1.2.3-rc.1, true",
    "main, 1.2.3, false",
  })
  void releasesTheLibraryWhereTagAndPomAgree(String version, String pom, boolean library)
      throws Exception {
    Path target = Files.createDirectory(directory.resolve("target"));
    Files.writeString(target.resolve("opencode-sandbox.jar"), "");
    Files.createFile(target.resolve("opencode-sandbox-images-" + pom + ".jar"));

    assertThat(run("build", "Note the program", Map.of("VERSION", version)).outputs())
        .containsEntry("library", Boolean.toString(library));
    assertThat(workflow.job("library").path("if").asText())
        .isEqualTo("needs.build.outputs.library == 'true'");
  }
}
