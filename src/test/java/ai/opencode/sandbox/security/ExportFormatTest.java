package ai.opencode.sandbox.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.Golden;
import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.definition.WritablePath.Storage;
import ai.opencode.sandbox.failure.UsageException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExportFormatTest {

  private static final SecurityOptions HARDENED = SecurityOptions.hardened();
  private static final SecurityOptions OTHER =
      HARDENED
          .withUser("12345:54321")
          .withUsernsMode("host")
          .withNetworkMode("none")
          .withLimits(HARDENED.limits().withCpus(Cpus.of("1.5")))
          .withSeccompProfile("/etc/seccomp/it's mine.json")
          .withWritablePath(
              new WritablePath("/data one", Storage.VOLUME, 1 << 20, 0770, true, 1000, 0));

  private static final ObjectMapper YAML = new YAMLMapper();
  private static final ObjectMapper JSON_WITH_COMMENTS =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();

  @ParameterizedTest
  @EnumSource
  void writesTheGoldenFiles(ExportFormat format) throws IOException {
    checkGolden("hardened." + format, format.export(HARDENED, "opencode-sandbox-base"));
  }

  @ParameterizedTest
  @EnumSource
  void writesOtherOptionsAsWrittenDown(ExportFormat format) throws IOException {
    checkGolden("other." + format, format.export(OTHER, "registry.test/team/tools:1.0"));
  }

  private static void checkGolden(String name, String text) throws IOException {
    Golden.files()
        .assertText(
            "ai/opencode/sandbox/security/" + name,
            text,
            "an export has another text; scripts/golden writes it");
  }

  @ParameterizedTest
  @EnumSource
  void remarksOnOptionsWithUnexpectedEffects(ExportFormat format) {
    String words = format.export(HARDENED, "image").replaceAll("[\\s#/]+", " ");

    assertThat(words)
        .contains("has no effect for a user other than root")
        .contains("It protects neither their content nor the workspace");
    assertThat(format.export(OTHER, "image").replaceAll("[\\s#/]+", " "))
        .contains("isolates less, not more");
  }

  @ParameterizedTest
  @EnumSource
  void warnsWhereOptionsAreNoSandbox(ExportFormat format) {
    String text = format.export(HARDENED.withReadonlyRootfs(false), "image");

    assertThat(text.replaceAll("[\\s#/]+", " ")).contains("a writable root file system lets");
  }

  @Test
  void composeHoldsEveryOption() throws IOException {
    JsonNode file = YAML.readTree(ExportFormat.COMPOSE.export(OTHER, "tools:1.0"));
    JsonNode service = file.path("services").path("sandbox");

    assertThat(service.path("image").asText()).isEqualTo("tools:1.0");
    assertThat(service.path("user").asText()).isEqualTo("12345:54321");
    assertThat(texts(service.path("group_add"))).containsExactly("0");
    assertThat(texts(service.path("cap_drop"))).containsExactly("ALL");
    assertThat(texts(service.path("cap_add"))).containsExactly("NET_BIND_SERVICE");
    assertThat(service.path("read_only").isBoolean()).isTrue();
    assertThat(texts(service.path("security_opt")))
        .containsExactly("no-new-privileges", "seccomp=/etc/seccomp/it's mine.json");
    assertThat(service.path("userns_mode").asText()).isEqualTo("host");
    assertThat(service.path("network_mode").asText()).isEqualTo("none");
    assertThat(service.path("pids_limit").asInt()).isEqualTo(1024);
    assertThat(service.path("cpus").isNumber()).isTrue();
    assertThat(service.path("cpus").decimalValue()).isEqualByComparingTo("1.5");
    assertThat(texts(service.path("tmpfs"))).containsExactlyElementsOf(tmpfs(OTHER));
    assertThat(service.path("volumes").findValuesAsText("target"))
        .containsExactly("/workspace", "/data one");
    assertThat(service.path("volumes").findValuesAsText("source"))
        .containsExactly("workspace", "data-one")
        .allMatch(file.path("volumes")::has);
  }

  @Test
  void theEnginesOwnSettingsAreNotMentionedInCompose() throws IOException {
    JsonNode service =
        YAML.readTree(ExportFormat.COMPOSE.export(HARDENED, "image"))
            .path("services")
            .path("sandbox");

    assertThat(service.has("userns_mode")).isFalse();
    assertThat(service.has("network_mode")).isFalse();
    assertThat(service.has("group_add")).isFalse();
    assertThat(service.has("cpus")).isFalse();
  }

  /** The list is that of the pod security standard "restricted". */
  @Test
  void podIsWithinTheRestrictedStandard() throws IOException {
    JsonNode pod = YAML.readTree(ExportFormat.KUBERNETES.export(HARDENED, "image"));
    JsonNode spec = pod.path("spec");
    JsonNode context = spec.path("containers").path(0).path("securityContext");

    assertThat(spec.path("securityContext").path("runAsNonRoot").asBoolean()).isTrue();
    assertThat(spec.path("securityContext").path("seccompProfile").path("type").asText())
        .isEqualTo("RuntimeDefault");
    assertThat(context.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(texts(context.path("capabilities").path("drop"))).containsExactly("ALL");
    assertThat(texts(context.path("capabilities").path("add"))).containsExactly("NET_BIND_SERVICE");
    assertThat(spec.path("volumes"))
        .allSatisfy(volume -> assertThat(volume.has("emptyDir")).isTrue());
    assertThat(spec.has("hostUsers")).isFalse();
  }

  @Test
  void podMountsEachWritablePath() throws IOException {
    JsonNode spec = YAML.readTree(ExportFormat.KUBERNETES.export(OTHER, "image")).path("spec");
    JsonNode container = spec.path("containers").path(0);

    assertThat(container.path("securityContext").path("readOnlyRootFilesystem").asBoolean())
        .isTrue();
    assertThat(container.path("volumeMounts").findValuesAsText("mountPath"))
        .containsExactlyElementsOf(OTHER.writablePaths().stream().map(WritablePath::path).toList());
    assertThat(container.path("volumeMounts").findValuesAsText("name"))
        .isEqualTo(spec.path("volumes").findValuesAsText("name"))
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"));
    assertThat(spec.path("hostUsers").asBoolean()).isTrue();
    assertThat(spec.path("securityContext").path("supplementalGroups").path(0).asInt(-1)).isZero();
    assertThat(
            spec.path("securityContext").path("seccompProfile").path("localhostProfile").asText())
        .isEqualTo("etc/seccomp/it's mine.json");
  }

  /** Kubernetes' own types, configured to refuse unknown fields. */
  @ParameterizedTest
  @MethodSource("options")
  void kubernetesKnowsEveryField(SecurityOptions options) throws IOException {
    ObjectMapper strict =
        YAMLMapper.builder()
            .annotationIntrospector(
                new JacksonAnnotationIntrospector() {
                  @Override
                  public Boolean hasAnySetter(Annotated type) {
                    return false;
                  }
                })
            .build();
    Pod pod = strict.readValue(ExportFormat.KUBERNETES.export(options, "tools:1.0"), Pod.class);

    assertThat(pod.getApiVersion()).isEqualTo("v1");
    assertThat(pod.getSpec().getSecurityContext().getRunAsUser()).isEqualTo(options.uid());
    assertThat(pod.getSpec().getContainers()).hasSize(1);
    Quantity cpu = pod.getSpec().getContainers().get(0).getResources().getLimits().get("cpu");
    Cpus expected = options.limits().cpus();
    assertThat(cpu == null ? null : cpu.getNumericalAmount().toPlainString())
        .isEqualTo(expected == null ? null : "1.500");
    assertThatThrownBy(
            () ->
                strict.readValue(
                    ExportFormat.KUBERNETES
                        .export(options, "tools:1.0")
                        .replace("readOnlyRootFilesystem", "readOnlyRootFileSystem"),
                    Pod.class))
        .hasMessageContaining("readOnlyRootFileSystem");
  }

  static Stream<SecurityOptions> options() {
    return Stream.of(HARDENED, OTHER, HARDENED.withUser("0:0").withSeccompProfile("unconfined"));
  }

  @Test
  void volumesThatWouldShareANameAreTold() {
    SecurityOptions options =
        HARDENED.withWritablePaths(
            List.of(
                new WritablePath("/a/b", Storage.TMPFS, 1 << 20, 0770, true, 1000, 0),
                new WritablePath("/a-b", Storage.TMPFS, 1 << 20, 0770, true, 1000, 0)));

    assertThat(PodManifest.volumeNames(options.writablePaths())).containsOnlyKeys("a-b", "a-b-2");
  }

  @Test
  void devcontainerHoldsEveryOption() throws IOException {
    JsonNode file =
        JSON_WITH_COMMENTS.readTree(ExportFormat.DEVCONTAINER.export(OTHER, "tools:1.0"));
    List<String> arguments = texts(file.path("runArgs"));

    assertThat(file.path("image").asText()).isEqualTo("tools:1.0");
    assertThat(file.path("containerUser").asText()).isEqualTo("12345:54321");
    assertThat(file.path("workspaceFolder").asText()).isEqualTo("/workspace");
    assertThat(file.path("workspaceMount").asText()).contains("target=/workspace");
    assertThat(texts(file.path("mounts"))).containsExactly("type=volume,target=/data one");
    assertThat(texts(file.path("capAdd"))).containsExactly("NET_BIND_SERVICE");
    assertThat(texts(file.path("securityOpt"))).contains("no-new-privileges");
    assertThat(arguments)
        .contains("--cap-drop=ALL", "--read-only", "--userns=host", "--network=none")
        .contains("--cpus=1.5")
        .containsAll(tmpfs(OTHER).stream().map(each -> "--tmpfs=" + each).toList());
  }

  /** The properties of the "Dev Container metadata reference" that make sense for an image. */
  @ParameterizedTest
  @MethodSource("options")
  void devcontainerHasKnownPropertiesOnly(SecurityOptions options) throws IOException {
    JsonNode file =
        JSON_WITH_COMMENTS.readTree(ExportFormat.DEVCONTAINER.export(options, "tools:1.0"));

    assertThat(file.fieldNames())
        .toIterable()
        .isSubsetOf(
            "name",
            "image",
            "remoteUser",
            "containerUser",
            "updateRemoteUserUID",
            "capAdd",
            "securityOpt",
            "workspaceFolder",
            "workspaceMount",
            "mounts",
            "runArgs");
  }

  @Test
  void jsonHasTheNamesOfTheOptions() throws IOException {
    JsonNode json = new ObjectMapper().readTree(ExportFormat.JSON.export(HARDENED, "image"));

    assertThat(texts(json.path("capDrop"))).containsExactly("ALL");
    assertThat(texts(json.path("capAdd"))).containsExactly("NET_BIND_SERVICE");
    assertThat(json.path("readonlyRootfs").asBoolean()).isTrue();
    assertThat(json.path("noNewPrivileges").asBoolean()).isTrue();
    assertThat(json.path("usernsMode").isNull()).isTrue();
    assertThat(json.path("cpus").isNull()).isTrue();
    assertThat(new ObjectMapper().readTree(ExportFormat.JSON.export(OTHER, "image")).path("cpus"))
        .hasToString("1.5");
    assertThat(json.path("writablePaths")).hasSameSizeAs(HARDENED.writablePaths());
  }

  /** A shell parses the command: each flag is one word or two, without a comment in between. */
  @Test
  void aShellReadsTheDockerCommand() throws IOException, InterruptedException {
    String command = ExportFormat.DOCKER.export(OTHER, "tools:1.0");
    Process shell =
        new ProcessBuilder("sh", "-c", "docker() { printf '%s\\n' \"$@\"; }\n" + command).start();
    String words = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(shell.waitFor()).isZero();
    assertThat(words.lines())
        .startsWith("run", "--rm", "--interactive", "--tty", "--user", "12345:54321")
        .containsSequence("--cpus", "1.5")
        .contains("seccomp=/etc/seccomp/it's mine.json", "type=volume,target=/data one")
        .containsAll(tmpfs(OTHER))
        .endsWith("tools:1.0");
  }

  /**
   * Podman refuses a numeric owner, and adds writable directories of its own to a read-only root.
   */
  @Test
  void podmanIsAskedForTheSameInItsOwnWords() {
    String docker = words(ExportFormat.DOCKER.export(HARDENED, "image"));
    String podman = words(ExportFormat.PODMAN.export(HARDENED, "image"));

    assertThat(
            podman
                .replaceFirst("^podman", "docker")
                .replace("--read-only-tmpfs=false ", "")
                .replace(",U ", ",uid=1000,gid=0 ")
                .replace("mode=1777", "mode=1777,uid=0,gid=0"))
        .isEqualTo(docker);
  }

  /** Returns the command without its comments, on one line. */
  private static String words(String export) {
    return export.replaceAll("(?m)^#.*\\n", "").replaceAll("[\\s\\\\]+", " ").strip();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-v", "two words", "a\nb", " a"})
  void refusesInvalidImageNames(String image) {
    assertThatThrownBy(() -> ExportFormat.DOCKER.export(HARDENED, image))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is not an image name");
  }

  @Test
  void refusesAnUnknownFormatWithTheKnownOnes() {
    assertThat(ExportFormat.of("compose")).isEqualTo(ExportFormat.COMPOSE);
    assertThatThrownBy(() -> ExportFormat.of("xml"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("docker, podman, compose, kubernetes, devcontainer, json");
  }

  private static List<String> tmpfs(SecurityOptions options) {
    return options.writablePaths().stream()
        .filter(path -> path.storage() == Storage.TMPFS)
        .map(path -> path.path() + ":" + EngineKind.DOCKER.tmpfsOptions(path))
        .toList();
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }
}
