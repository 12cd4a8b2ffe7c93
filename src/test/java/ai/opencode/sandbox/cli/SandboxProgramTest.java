package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line over one's own images. */
class SandboxProgramTest {

  private static final AnApk TOOL =
      AnApk.named("tool").withFile("usr/bin/tool", 0755, "tool").signed(ASmallUpstream.KEY);
  private static final AnApk MORE =
      AnApk.named("more").withFile("usr/bin/more", 0755, "more").signed(ASmallUpstream.KEY);

  private static final ImageDefinition LOWER = ASmallUpstream.image("tool").withName("acme/lower");
  private static final ImageDefinition UPPER =
      ImageDefinition.from(LOWER, "acme/upper").withPackages("more");

  static ARun run(SandboxProgram program, List<String> arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        program.run(new PrintWriter(out), new PrintWriter(err), arguments.toArray(String[]::new));
    return new ARun(exitCode, out.toString(), err.toString());
  }

  private static ARun run(SandboxProgram program, String... arguments) {
    return run(program, List.of(arguments));
  }

  @Test
  void buildsLocksArchivesAndRebuildsItsImages(@TempDir Path directory) throws Exception {
    SandboxProgram program = SandboxProgram.of(List.of(UPPER)).named("acme");
    Path images = directory.resolve("images");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, MORE)) {
      ARun lock = run(program, upstream.arguments("lock"));
      assertThat(lock.exitCode()).as(lock.err()).isZero();
      Path file = directory.resolve("sandbox.lock.json");
      assertThat(LockFile.read(file).orElseThrow().images())
          .containsExactly("acme/lower", "acme/upper");

      ARun check = run(program, upstream.arguments("lock", "--check"));
      assertThat(check.exitCode()).as(check.err()).isZero();
      ARun build = run(program, upstream.arguments("build", "--locked", "--to", "oci:" + images));
      assertThat(build.exitCode()).as(build.err()).isZero();
      assertThat(build.out()).contains("acme/upper").doesNotContain("opencode-sandbox");
      assertThat(build.out()).contains("acme run oci:" + images + ":acme/upper");

      Path archive = directory.resolve("archive");
      ARun archived = run(program, upstream.arguments("lock", "archive", archive.toString()));
      assertThat(archived.exitCode()).as(archived.err()).isZero();
      ARun again =
          run(
              program,
              "build",
              "--offline",
              "--locked",
              "--platform=linux/amd64",
              "--upstream=" + archive,
              "--lock=" + file,
              "--cache=" + directory.resolve("other"),
              "--to=oci:" + directory.resolve("rebuilt"));
      assertThat(again.exitCode()).as(again.err()).isZero();
      assertThat(new OciLayout(directory.resolve("rebuilt")).index().manifests())
          .isEqualTo(new OciLayout(images).index().manifests())
          .hasSize(1);
    }
  }

  @Test
  void buildsParentsOnlyIfTheyAreNamed(@TempDir Path directory) throws Exception {
    SandboxProgram program = SandboxProgram.of(List.of(UPPER));
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, MORE)) {
      String to = "oci:" + directory.resolve("images");
      assertThat(run(program, upstream.arguments("build", "--to", to)).out())
          .doesNotContain("acme/lower");
      assertThat(run(program, upstream.arguments("build", "acme/lower", "--to", to)).out())
          .contains("acme/lower")
          .doesNotContain("acme/upper");
    }
  }

  @Test
  void namesTheImageWhoseFileReplacesAPackages(@TempDir Path directory) throws Exception {
    ImageDefinition image = LOWER.withFile(StaticFile.of("/usr/bin/tool", "own"));
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, MORE)) {
      ARun run =
          run(
              SandboxProgram.of(List.of(image)),
              upstream.arguments("build", "--to", "oci:" + directory.resolve("images")));

      assertThat(run.err()).contains("sandbox: acme/lower: /usr/bin/tool cannot be a file");
      assertThat(run.exitCode()).isEqualTo(2);
    }
  }

  @Test
  void refusesAnUnknownNameWithTheNearest() {
    SandboxProgram program = SandboxProgram.of(List.of(LOWER, UPPER)).named("acme");

    ARun near = run(program, "build", "acme/uper");
    ARun far = run(program, "build", "base");

    assertThat(near.exitCode()).isEqualTo(2);
    assertThat(near.err())
        .isEqualTo(
            "acme: There is no image \"acme/uper\". Did you mean acme/upper? Name acme/lower,"
                + " acme/upper.\n");
    assertThat(far.err())
        .isEqualTo("acme: There is no image \"base\". Name acme/lower, acme/upper.\n");
  }

  @Test
  void shortNamesAreForTheImagesOfThisProduct() {
    ImageDefinition tools = ImageDefinition.from(SandboxImages.base(), "opencode-sandbox-tools");
    ImageNames names = ImageNames.of(List.of(tools));

    assertThat(names.definitions(List.of("base"))).containsExactly(SandboxImages.base());
    assertThat(names.definitions(List.of())).containsExactly(tools);
  }

  @Test
  void refusesTwoImagesOfOneName() {
    ImageDefinition other = LOWER.withLabel("a", "b");

    assertThatThrownBy(() -> SandboxProgram.of(List.of(LOWER, LOWER)))
        .isInstanceOf(UsageException.class)
        .hasMessage("Two images have the name acme/lower. Give one of them another name.");
    assertThatThrownBy(() -> SandboxProgram.of(List.of(UPPER, other)))
        .isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> SandboxProgram.of(List.of())).isInstanceOf(UsageException.class);
  }

  @Test
  void helpNamesTheProgramAndItsImages() {
    SandboxProgram program = SandboxProgram.of(List.of(LOWER, UPPER)).named("acme");

    assertThat(run(program, "--help").out()).contains("Usage: acme ");
    assertThat(run(program, "build", "--help").out())
        .contains("Usage: acme build", "acme/lower, acme/upper; all of them")
        .doesNotContain("opencode-sandbox-", "base, developer");
    assertThat(run(program, "publish", "--help").out().replaceAll("\\s+", " "))
        .contains("all images of this program")
        .doesNotContain("opencode-sandbox-");
    assertThat(run(program, "security", "--help").out()).doesNotContain("opencode-sandbox-");
    assertThat(run(program, "security").out()).contains("acme/lower");
  }

  @Test
  void defaultsAreTheLowestRank() {
    ProgramDefaults defaults =
        ProgramDefaults.none()
            .withPlatforms(List.of(Platform.LINUX_ARM64, Platform.LINUX_AMD64))
            .withRepositories(List.of("/a", "@b /c"))
            .withBase(Reference.of("registry.example/alpine:1"))
            .withRegistryMirrors(Map.of("docker.io", "mirror.example"))
            .withRegistry("registry.example/acme")
            .withLock(Path.of("/nowhere/a.json"));

    assertThat(value(defaults, Map.of(), "build", "--platform"))
        .isEqualTo("linux/arm64,linux/amd64");
    assertThat(value(defaults, Map.of(), "lock", "--repository")).isEqualTo("/a,@b /c");
    assertThat(value(defaults, Map.of(), "lock", "--lock")).isEqualTo("/nowhere/a.json");
    assertThat(value(defaults, Map.of("SANDBOX_BUILD_BASE", "x"), "build", "--base"))
        .isEqualTo("x");
    assertThat(value(defaults, Map.of(), "verify", "--registry-mirror"))
        .isEqualTo("docker.io=mirror.example");
    // These are other things than the platforms and repositories of a build.
    assertThat(value(defaults, Map.of(), "verify", "--platform")).isNull();
    assertThat(value(defaults, Map.of(), "resolve", "--repository")).isNull();
    // Only the command publish sends images there by itself.
    assertThat(value(defaults, Map.of(), "publish", "--to")).isEqualTo("registry.example/acme/");
    assertThat(value(defaults, Map.of(), "build", "--to")).isNull();
    assertThat(value(defaults, Map.of(), "build", "--registry")).isNull();
    assertThatThrownBy(() -> defaults.withKeys(List.of(Path.of("a,b.pub"))))
        .isInstanceOf(UsageException.class)
        .hasMessage("The key a,b.pub contains a comma. Use a name without one.");
  }

  private static @Nullable String value(
      ProgramDefaults defaults, Map<String, String> variables, String command, String option) {
    PrintWriter out = new PrintWriter(new StringWriter());
    Edition edition = Edition.ofProduct().withDefaults(defaults);
    return new Defaults(new Settings(Map.of(), variables, Map.of()), edition, out)
        .defaultValue(
            Objects.requireNonNull(
                    new OpenCodeSandbox(edition, out, out)
                        .commandLine(command)
                        .getSubcommands()
                        .get(command))
                .getCommandSpec()
                .findOption(option));
  }
}
