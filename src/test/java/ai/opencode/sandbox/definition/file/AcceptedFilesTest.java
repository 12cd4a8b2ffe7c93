package ai.opencode.sandbox.definition.file;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.oci.Platform;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files {@code sandbox.yaml} that are read, their values, and the schema that describes them. */
class AcceptedFilesTest {

  private static final Path FILES =
      Path.of("src/test/resources/ai/opencode/sandbox/definition/file/accepted");
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  @TempDir Path temporary;
  private AProject project;

  @BeforeEach
  void write() throws IOException {
    project = AProject.in(temporary);
  }

  private SandboxFile read(String name) throws IOException {
    return project.with(Files.readAllBytes(FILES.resolve(name))).read();
  }

  @Test
  void theExampleHasAllImagesAndSettings() throws IOException {
    SandboxFile file = read("example.yaml");

    assertThat(file.lock()).isEqualTo(project.directory().resolve("sandbox.lock.json"));
    ImageDefinition tools = file.images().get(0);
    assertThat(file.images()).hasSize(1);
    assertThat(tools.name()).isEqualTo("acme-tools");
    assertThat(tools.packages()).extracting(Dependency::toString).contains("jq", "tool@acme");
    assertThat(tools.allPackages())
        .extracting(Dependency::toString)
        .contains("git")
        .doesNotContain("vim");
    assertThat(tools.npm()).isPresent();
    assertThat(tools.files()).extracting("path").contains("/etc/acme.conf", "/opt/acme/bin/tool");
    assertThat(tools.container().environment()).containsEntry("ACME", "1").containsKey("PATH");
    assertThat(tools.container().entrypoint()).isEmpty();
    assertThat(tools.container().command()).containsExactly("bash");
    assertThat(tools.container().ports()).hasToString("[8080/tcp]");
    assertThat(tools.labels()).containsEntry("com.acme.team", "agents");
    assertThat(tools.writablePaths()).extracting("path").contains("/var/lib/acme");
    FileSettings settings = file.settings();
    assertThat(settings.base().orElseThrow().tag()).isEqualTo("3.24");
    assertThat(settings.repositories()).containsExactly("@acme https://apk.acme.example/v1");
    assertThat(settings.keys()).containsExactly(project.directory().resolve("acme.rsa.pub"));
    assertThat(settings.platforms()).containsExactly(Platform.LINUX_AMD64, Platform.LINUX_ARM64);
    assertThat(settings.registry()).contains("registry.acme.example/sandboxes");
    assertThat(settings.mirrors().alpine()).contains("https://mirror.acme.example/alpine");
    assertThat(settings.mirrors().npm()).contains("https://npm.acme.example");
    assertThat(settings.mirrors().dockerHub()).contains("registry.acme.example/hub");
    assertThat(settings.authorities()).containsExactly(project.directory().resolve("acme-ca.pem"));
  }

  @Test
  void everyScalarIsTheTextThatIsWritten() throws IOException {
    ImageDefinition words = read("texts.yaml").images().get(0);

    assertThat(words.description()).isEqualTo("Words and numbers, as written");
    assertThat(words.files()).extracting("mode").containsExactly(0600, 0755);
    assertThat(words.container().environment())
        .containsEntry("MODE", "0755")
        .containsEntry("VERSION", "3.20")
        .containsEntry("NO", "no")
        .containsEntry("FLOAT", "1e3")
        .containsEntry("HEX", "0x10")
        .containsEntry("DATE", "2026-11-28")
        .containsEntry("SEXAGESIMAL", "12:30:45")
        .containsEntry("EMPTY", "")
        .containsEntry("QUOTED", "it's")
        .containsEntry("ESCAPED", "a\tb\n€")
        .containsEntry("UNDERSCORE", "1_000")
        .containsEntry("PLUS", "+1")
        .containsEntry("TRUE", "true")
        .containsEntry("EQUALS", "a=b")
        .containsEntry("COLON", "a:b")
        .containsEntry("HASH", "a#b")
        .containsEntry("DOLLAR", "${HOME}")
        .containsEntry("UNICODE", "größer 🚀");
    assertThat(words.container().command()).containsExactly("sleep", "1.50");
    assertThat(words.labels()).containsEntry("com.acme.version", "1.10");
  }

  @Test
  void nullWordsAreTextsToo() throws IOException {
    SandboxFile file = project.with("images: {a: {from: alpine, env: {A: ~, B: null}}}").read();

    assertThat(file.images().get(0).container().environment())
        .containsEntry("A", "~")
        .containsEntry("B", "null");
  }

  @Test
  void linesMayEndAsOnWindows() throws IOException {
    SandboxFile file =
        project.with("images:\r\n  a:\r\n    from: alpine\r\n    packages: [jq]\r\n").read();

    assertThat(file.images().get(0).packages())
        .extracting(Dependency::toString)
        .containsExactly("jq");
  }

  @Test
  void imagesAreInTheOrderOfTheFileWithTheirParents() throws IOException {
    List<ImageDefinition> images = read("notations.yaml").images();

    assertThat(images)
        .extracting(ImageDefinition::name)
        .containsExactly("a", "a/b.c_d-e", "c", "d");
    assertThat(images.get(1).parent()).isEqualTo(images.get(0));
    assertThat(images.get(0).parent()).isEqualTo(SandboxImages.base());
    assertThat(images.get(3).parent()).isEqualTo(SandboxImages.developer());
    assertThat(images.get(2).user().ids()).hasToString("1001:1001");
  }

  @Test
  void pathsOutsideAreReadIfTheUserAllowsThem() throws IOException {
    project.with(
        "images: {a: {from: alpine, files: {/a: {from: link-out},"
            + " /b: {from: "
            + temporary.resolve("outside/secret")
            + "}}}}");

    assertThat(project.readWithOutside().images().get(0).files())
        .extracting(file -> file.content().size())
        .containsExactly(6L, 6L);
  }

  @ParameterizedTest
  @MethodSource("files")
  void theSchemaAcceptsTheFile(Path file) throws IOException {
    project.with(Files.readAllBytes(file)).read();

    assertThat(schema().validate(YAML.readTree(file.toFile())))
        .extracting(ValidationMessage::getMessage)
        .isEmpty();
  }

  static List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(FILES)) {
      return all.sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "imags: {}",
        "images: {a: {}}",
        "images: {A: {from: base}}",
        "images: {a: {from: base, packges: [jq]}}",
        "images: {a: {from: base, packages: jq}}",
        "images: {a: {from: base, packages: ['!jq']}}",
        "images: {a: {from: base, env: [A=b]}}",
        "images: {a: {from: base, env: {1A: b}}}",
        "images: {a: {from: base, user: root}}",
        "images: {a: {from: base, ports: [0]}}",
        "images: {a: {from: base, ports: [http]}}",
        "images: {a: {from: base, files: {etc: {from: x}}}}",
        "images: {a: {from: base, files: {/etc: {mode: '0644'}}}}",
        "images: {a: {from: base, files: {/etc: {from: x, mode: u+x}}}}",
        "images: {a: {from: base, writable: {/var: 64}}}",
        "base: alpine:3.24",
        "platforms: [linux/riscv64]",
        "registry: user:secret@registry.example/x",
        "repositories: {a: 'https://user:secret@apk.example'}",
        "mirrors: {quay.io: x}",
        "keys: acme.rsa.pub"
      })
  void theSchemaRefuses(String text) throws IOException {
    assertThat(schema().validate(YAML.readTree(text))).isNotEmpty();
  }

  /** The keys of the reader and of the schema are the same, each with a description. */
  @Test
  void theSchemaHasTheReadersKeys() throws IOException {
    JsonNode schema = schemaText();

    assertKeys(schema, Key.Section.FILE);
    assertKeys(schema.at("/$defs/image"), Key.Section.IMAGE);
    assertKeys(schema.at("/$defs/copy"), Key.Section.COPY);
    assertKeys(schema.at("/properties/mirrors"), Key.Section.MIRRORS);
  }

  private static void assertKeys(JsonNode map, Key.Section section) {
    Set<String> words = new TreeSet<>();
    for (var property : map.get("properties").properties()) {
      words.add(property.getKey());
      assertThat(property.getValue().path("description").asText())
          .as(property.getKey())
          .isNotBlank();
    }
    assertThat(words).isEqualTo(new TreeSet<>(Key.words(section)));
    assertThat(map.get("additionalProperties").asBoolean(true)).isFalse();
  }

  private static JsonSchema schema() throws IOException {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schemaText());
  }

  /** Returns the schema that is in the library. */
  private static JsonNode schemaText() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            SandboxImages.class.getResourceAsStream("layers/sandbox.schema.json"))) {
      byte[] bytes = in.readAllBytes();
      assertThat(bytes).isEqualTo(Files.readAllBytes(Path.of("layers/sandbox.schema.json")));
      return new ObjectMapper().readTree(bytes);
    }
  }
}
