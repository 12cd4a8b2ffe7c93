package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.QuickProgram;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.definition.FileTree;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.definition.file.AProject;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images of a file {@code sandbox.yaml}, built, locked and published by the command line. */
class SandboxFileBuildTest {

  private static final ASigningKey ACME = ASigningKey.named("acme.rsa.pub");

  private static final AnApk TOOL =
      AnApk.named("tool").withFile("usr/bin/tool", 0755, "tool").signed(ASmallUpstream.KEY);
  private static final AnApk OTHER =
      AnApk.named("other").withFile("usr/bin/other", 0755, "other").signed(ASmallUpstream.KEY);
  private static final AnApk OWN =
      AnApk.named("own").withFile("usr/bin/own", 0755, "own").signed(ACME);

  private static final String IMAGES =
      """
      images:
        acme/tools:
          from: alpine
          description: |
            Tools
            of Acme
          packages: [tool, other]
          npm: agent/
          files:
            /etc/acme.conf: {from: acme.conf, mode: 0640, owner: "0:1000"}
            /opt/acme/: {from: tools/}
            /opt/other/: {from: tools, mode: "0600", owner: 1000:0}
          env: {ACME: no, VERSION: 3.20, EMPTY: "", MODE: 0755, NOTHING: ~}
          entrypoint: [/usr/bin/tool, --]
          command: [other, 1e3]
          workdir: /opt/acme
          user: 2000:2001
          ports: [8080, 53/udp]
          labels: {com.acme.team: agents, com.acme.date: 2026-11-28}
          writable: {/var/lib/acme: 64m}
        acme/slim:
          from: acme/tools
          without: [other]
          entrypoint: []
          command: [tool]
      """;

  @TempDir private Path temporary;
  private AProject project;
  private ASmallUpstream upstream;

  @BeforeEach
  void serve() throws IOException {
    project = AProject.in(temporary);
    upstream = ASmallUpstream.in(project.directory(), TOOL, OTHER);
    Path releases = Files.createDirectories(project.directory().resolve("mirror/v3.24"));
    for (String name : List.of("main", "community")) {
      Files.createSymbolicLink(releases.resolve(name), Path.of("../../repository"));
    }
    ARepository.in(project.directory().resolve("apk")).with(OWN).signed(ACME).write();
    Files.write(project.directory().resolve(ACME.name()), ACME.pem());
  }

  @AfterEach
  void end() throws IOException {
    upstream.close();
  }

  private String settings() {
    return "base: " + upstream.settings().inputs().base() + "\nmirrors: {alpine: mirror}\n";
  }

  private ARun run(Settings settings, String... words) {
    List<String> arguments = new ArrayList<>(List.of(words));
    arguments.addAll(List.of("--file", project.file().toString()));
    return ARun.with(settings, arguments.toArray(String[]::new));
  }

  private ARun build(Settings settings, String... words) {
    List<String> arguments = new ArrayList<>(List.of("build"));
    arguments.addAll(List.of(words));
    arguments.addAll(List.of("--cache", upstream.cache().toString(), "--platform", "linux/amd64"));
    return run(settings, arguments.toArray(String[]::new));
  }

  private String to(String name) {
    return "--to=oci:" + temporary.resolve(name);
  }

  private List<Descriptor> images(String name) throws IOException {
    return new OciLayout(temporary.resolve(name)).index().manifests();
  }

  private static void assertDone(ARun run) {
    assertThat(run.exitCode()).as(run.err()).isZero();
  }

  private void write(String... parts) throws IOException {
    Files.writeString(project.file(), String.join("", parts));
  }

  @Test
  void theSameImageFromFileAndFromJavaHasTheSameDigest() throws IOException {
    write(IMAGES, settings());
    assertDone(build(ARun.NO_SETTINGS, to("images")));

    Path here = project.directory();
    ImageDefinition tools = ImageDefinition.onAlpine("acme/tools");
    tools =
        tools
            .withUser(new SandboxUser("opencode", 2000, 2001, "/home/opencode", "/bin/sh"))
            .withDescription("Tools\nof Acme\n")
            .withPackages("tool", "other")
            .withNpm(NpmProject.of(here.resolve("agent")))
            .withFile(
                StaticFile.from("/etc/acme.conf", here.resolve("acme.conf"))
                    .withMode(0640)
                    .withOwner(0, 1000))
            .withTree(FileTree.from("/opt/acme", here.resolve("tools")))
            .withTree(
                FileTree.from("/opt/other", here.resolve("tools"))
                    .withOwner(1000, 0)
                    .withFileMode(0600))
            .withWritablePath("/var/lib/acme", 64 << 20)
            .withEnvironment("ACME", "no")
            .withEnvironment("VERSION", "3.20")
            .withEnvironment("EMPTY", "")
            .withEnvironment("MODE", "0755")
            .withEnvironment("NOTHING", "~")
            .withLabel("com.acme.team", "agents")
            .withLabel("com.acme.date", "2026-11-28")
            .withWorkingDirectory("/opt/acme")
            .withEntrypoint("/usr/bin/tool", "--")
            .withCommand("other", "1e3")
            .withPort(8080)
            .withPort("53/udp");
    ImageDefinition slim =
        ImageDefinition.from(tools, "acme/slim")
            .withoutPackages("other")
            .withEntrypoint()
            .withCommand("tool");
    SandboxBuilder builder =
        new SandboxBuilder(
            upstream.settings().withRepositories(List.of(mirror("main"), mirror("community"))),
            Progress.silent());

    assertThat(builder.build(List.of(tools, slim)))
        .extracting(image -> image.index().digest())
        .containsExactlyInAnyOrderElementsOf(
            images("images").stream().map(Descriptor::digest).toList());
  }

  private String mirror(String name) {
    return project.directory().resolve("mirror/v3.24").resolve(name).toString();
  }

  @Test
  void aSelfSignedRepositoryIsLockedBesideTheFileAndBuiltFromTheLockAlone() throws IOException {
    write(
        "images: {acme: {from: alpine, packages: [tool, own@acme]}}\n",
        "repositories: {acme: apk}\nkeys: [acme.rsa.pub]\n",
        settings());
    assertDone(
        run(ARun.NO_SETTINGS, "lock", "--platform=linux/amd64", "--cache=" + upstream.cache()));
    Path lock = project.directory().resolve("sandbox.lock.json");
    assertThat(LockFile.read(lock).orElseThrow().images()).containsExactly("acme");

    assertDone(build(ARun.NO_SETTINGS, "--locked", to("images")));
    assertThat(images("images")).hasSize(1);
    String whole = Files.readString(project.file());
    write("images: {acme: {from: alpine, packages: [tool, own@acme]}}\n");
    assertDone(build(ARun.NO_SETTINGS, "--locked", to("by the lock")));
    assertThat(images("by the lock")).isEqualTo(images("images"));
    write(whole);

    ARun archived =
        run(
            ARun.NO_SETTINGS,
            "lock",
            "archive",
            temporary.resolve("archive").toString(),
            "--cache=" + upstream.cache());
    assertDone(archived);
    Files.move(project.directory().resolve("repository"), temporary.resolve("gone"));
    assertDone(
        build(
            ARun.NO_SETTINGS,
            "--locked",
            "--offline",
            "--upstream=" + temporary.resolve("archive"),
            to("again")));
    assertThat(images("again")).isEqualTo(images("images"));
  }

  @Test
  void namesOfTheFileAndOfThisProductCanBeBuilt() throws IOException {
    write("images: {one: {from: alpine}, two: {from: one, packages: [tool]}}\n", settings());

    assertDone(build(ARun.NO_SETTINGS, "two", to("two")));
    assertThat(images("two")).hasSize(1);
    assertDone(build(ARun.NO_SETTINGS, to("both")));
    assertThat(images("both")).hasSize(2);

    ARun unknown = build(ARun.NO_SETTINGS, "tow", to("none"));
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err()).contains("There is no image \"tow\". Did you mean two?");
    ARun base = build(ARun.NO_SETTINGS, "base", to("none"));
    assertThat(base.err()).doesNotContain("There is no image").contains("required by world");
  }

  @Test
  void aFileWithoutImagesHasSettingsForThisProductsImages() throws IOException {
    write(settings());

    assertThat(build(ARun.NO_SETTINGS, to("none")).err())
        .contains("wget is in none of the repositories");
  }

  @Test
  void commandLinePropertyAndVariablePrecedeTheFile() throws IOException {
    write("images: {one: {from: alpine}}\nplatforms: [linux/arm64]\n", settings());
    String arm = "has no image for linux/arm64";

    List<String> words = List.of("build", to("one"), "--cache=" + upstream.cache());
    ARun file = run(ARun.NO_SETTINGS, words.toArray(String[]::new));
    assertThat(file.err()).contains("linux/arm64");
    assertThat(file.exitCode()).as(arm).isNotZero();
    assertDone(
        run(
            new Settings(Map.of("sandbox.platform", "linux/amd64"), Map.of(), Map.of()),
            words.toArray(String[]::new)));
    assertDone(
        run(
            new Settings(Map.of(), Map.of("SANDBOX_PLATFORM", "linux/amd64"), Map.of()),
            words.toArray(String[]::new)));
    assertDone(
        build(
            new Settings(
                Map.of("sandbox.platform", "linux/arm64"),
                Map.of("SANDBOX_PLATFORM", "linux/arm64"),
                Map.of()),
            to("one")));
  }

  @Test
  void propertyAndVariableNameTheFile() throws IOException {
    write("imags: {}\n");
    String name = project.file().toString();

    for (Settings settings :
        List.of(
            new Settings(Map.of("sandbox.file", name), Map.of(), Map.of()),
            new Settings(Map.of(), Map.of("SANDBOX_FILE", name), Map.of()))) {
      for (String command : List.of("build", "lock", "verify", "publish", "inspect", "resolve")) {
        ARun run = ARun.with(settings, command);
        assertThat(run.err()).as(command).contains("sandbox.yaml:1:1: \"imags\" is not a key");
        assertThat(run.exitCode()).isEqualTo(2);
      }
      assertThat(ARun.with(settings, "lock", "archive", "x").err()).contains("is not a key");
      assertThat(ARun.with(settings, "build", "--help").exitCode()).isZero();
      assertThat(ARun.with(settings, "security").err()).doesNotContain("is not a key");
    }
  }

  @Test
  void onlyTheCommandLineLetsTheFileNameFilesOutside() throws IOException {
    write(
        "images: {one: {from: alpine, files: {/etc/one: {from: ../outside/secret}}}}\n",
        settings());
    Settings settings =
        new Settings(
            Map.of("sandbox.build.allow.outside", "true"),
            Map.of("SANDBOX_ALLOW_OUTSIDE", "true"),
            Map.of());

    ARun refused = build(settings, to("none"));
    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err()).contains("leaves the directory of this file");
    assertDone(build(settings, "--allow-outside", to("one")));
  }

  @Test
  void aMistakeThatOnlyThePackagesShowHasItsPlace() throws IOException {
    write(
        """
        images:
          one:
            from: alpine
            packages: [tool]
            files:
              /usr/bin/tool/below: {from: acme.conf}
          two:
            from: alpine
            packages: [tool]
            files:
              /usr/: {from: tree}
          three:
            from: alpine
            packages: [tool]
            writable: {/usr/bin/tool: 1m}
          four:
            from: two
            user: "2000:2000"
        """,
        settings());
    Path tool = project.directory().resolve("tree/bin/tool");
    Files.createDirectories(tool.getParent());
    Files.writeString(tool, "own");

    assertPlace("one", ":6:7: /usr/bin/tool cannot be a directory");
    assertPlace("two", ":11:7: /usr/bin/tool cannot be a file: the package tool has it");
    assertPlace("three", ":15:16: /usr/bin/tool cannot be a directory");
    assertPlace("four", ":11:7: /usr/bin/tool cannot be a file");
  }

  private void assertPlace(String image, String mistake) {
    ARun run = build(ARun.NO_SETTINGS, image, to("none"));
    assertThat(run.err()).contains("opencode-sandbox: " + project.file() + mistake);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(temporary.resolve("none")).doesNotExist();
  }

  @Test
  void aPackageThatDoesNotExistHasItsPlace() throws IOException {
    for (String request : List.of("toool", "tool>=9", "tool@none")) {
      write("images: {one: {from: alpine, packages: [other, \"" + request + "\"]}}\n", settings());

      ARun run = build(ARun.NO_SETTINGS, to("none"));

      assertThat(run.err()).contains(" See " + project.file() + ":1:48.").doesNotContain(":1:41");
      assertThat(run.exitCode()).isEqualTo(3);
    }
  }

  @Test
  void noBuildCopiesWhatItWrites() throws IOException {
    write("images: {one: {from: alpine, files: {/opt/: {from: tools}}}}\n", settings());
    Path tools = project.directory().resolve("tools");
    String place = "opencode-sandbox: " + project.file() + ":1:38: The image has " + tools;

    for (String words :
        List.of(
            "--to=oci:" + tools.resolve("images"),
            "--to=oci-archive:" + tools.resolve("one.tar"),
            "--to=oci:" + project.directory(),
            "--lock=" + tools.resolve("lock.json"),
            "--json=" + tools.resolve("one.json"),
            "--results=" + tools.resolve("results"))) {
      ARun run = build(ARun.NO_SETTINGS, words);
      assertThat(run.err()).as(words).contains(place).contains(", where this build writes ");
      assertThat(run.exitCode()).isEqualTo(2);
    }
    Files.createDirectories(tools.resolve("old"));
    Files.writeString(tools.resolve("old/oci-layout"), "{}");
    Files.writeString(tools.resolve("old/index.json"), "{}");
    assertThat(build(ARun.NO_SETTINGS, to("none")).err())
        .contains(":1:38: " + tools.resolve("old") + " has images that a build wrote.");
  }

  @Test
  void filesOfGitItselfAreNotCopied() throws IOException {
    write("images: {one: {from: alpine, files: {/opt/: {from: tools}}}}\n", settings());
    assertDone(build(ARun.NO_SETTINGS, to("one")));
    Files.createDirectories(project.directory().resolve("tools/.git/objects"));
    Files.createDirectories(project.directory().resolve("tools/module"));
    Files.writeString(project.directory().resolve("tools/.git/index"), "changes");

    assertDone(build(ARun.NO_SETTINGS, to("module")));
    Files.writeString(project.directory().resolve("tools/module/.git"), "gitdir: ../x");
    assertDone(build(ARun.NO_SETTINGS, to("again")));

    assertThat(images("again")).isEqualTo(images("module")).isNotEqualTo(images("one"));
  }

  @Test
  void everyCommandKnowsTheImagesOfTheFile() throws IOException {
    write(
        "images: {one: {from: alpine, user: \"2000:2000\", writable: {/var/lib/one: 64m}}}\n",
        settings());

    for (String command : List.of("inspect", "verify", "run")) {
      ARun run = run(ARun.NO_SETTINGS, command, "one");
      assertThat(run.err())
          .as(command)
          .contains("one is in neither target/images nor images. Build it with: ")
          .contains("opencode-sandbox build one");
      assertThat(run.exitCode()).isEqualTo(2);
    }
    assertThat(run(ARun.NO_SETTINGS, "publish", "--to=registry.example/x/", "one").err())
        .contains("one is in neither");
    assertThat(run(ARun.NO_SETTINGS, "security", "--format=json", "--image=one").out())
        .contains("/var/lib/one", "2000:2000");
  }

  @Test
  void onlyCommandsThatNeedThemReadTheContentsOfFiles() throws IOException {
    write("images: {one: {from: alpine, files: {/opt/: {from: special}}}}\n", settings());

    assertThat(run(ARun.NO_SETTINGS, "verify", "one").err()).contains("special/setuid");
    assertThat(run(ARun.NO_SETTINGS, "inspect", "one").err())
        .doesNotContain("special/setuid")
        .contains("is in neither");
  }

  @Test
  void runReadsTheFileOnlyForAName() throws IOException {
    write("imags: {}\n");

    assertThat(run(ARun.NO_SETTINGS, "run", "one").err()).contains(":1:1: \"imags\" is not a key");
    assertThat(run(ARun.NO_SETTINGS, "run", "oci:nowhere:one").err()).doesNotContain("imags");
  }

  @Test
  void aLocksHintNamesTheFileAndNotItsOwnLock() throws IOException {
    write("images: {one: {from: alpine}}\n", settings());

    ARun check = run(ARun.NO_SETTINGS, "lock", "--check", "--platform=linux/amd64");

    assertThat(check.exitCode()).isEqualTo(7);
    assertThat(check.err())
        .contains("Write it with: opencode-sandbox lock --file " + project.file())
        .doesNotContain("--lock ");
  }

  @Test
  void upstreamAndBaseOfTwoPlatformsAreShownOnce() throws IOException {
    upstream.close();
    upstream = ASmallUpstream.forBothPlatforms(temporary.resolve("both"), TOOL);
    write(
        "images: {one: {from: alpine}}\nplatforms: [linux/amd64, linux/arm64]\n",
        "base: " + upstream.settings().inputs().base() + "\n",
        "mirrors: {alpine: mirror}\n");
    Path main = project.directory().resolve("mirror/v3.24/main");
    Files.delete(main);
    Files.createSymbolicLink(main, upstream.repository());
    Path community = main.resolveSibling("community");
    Files.delete(community);
    Files.createSymbolicLink(community, upstream.repository());

    ARun run =
        run(
            ARun.NO_SETTINGS,
            "build",
            "--allow-outside",
            to("both"),
            "--cache=" + upstream.cache());

    assertDone(run);
    assertThat(run.err()).containsOnlyOnce("upstream  ").containsOnlyOnce("base  ");
  }

  @Test
  void aNamedFileMustExist() {
    ARun run = ARun.of("build", "--file=" + temporary.resolve("no.yaml"));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("There is no file " + temporary.resolve("no.yaml") + ". Correct the name");
    assertThat(ARun.of("build", "--file=" + temporary).err())
        .contains(" is not a regular file. Name ");
  }

  @Test
  void theStandInHasItsOwnBase() throws IOException {
    write("images: {one: {from: alpine}}\n", settings());

    ARun run = build(ARun.NO_SETTINGS, "--upstream=stand-in", "--offline", to("none"));

    assertThat(run.err()).doesNotContain("has its own base image");
  }

  @Test
  void aFileInTheCurrentDirectoryIsFound() throws Exception {
    write("imags: {}\n");
    Process program =
        new ProcessBuilder(QuickProgram.command("build"))
            .directory(project.directory().toFile())
            .redirectErrorStream(true)
            .start();
    String out = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(out)
        .contains(
            "opencode-sandbox: sandbox.yaml:1:1: \"imags\" is not a key of the file. Write images"
                + " instead.");
    assertThat(program.waitFor()).isEqualTo(2);
  }
}
