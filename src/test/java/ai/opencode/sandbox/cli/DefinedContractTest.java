package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.definition.ContainerSettings;
import ai.opencode.sandbox.definition.FileContent;
import ai.opencode.sandbox.definition.FilesystemSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.OwnedDirectory;
import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.SoftwareSettings;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.definition.SymbolicLink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Images of one's own that differ from their definitions are found. */
class DefinedContractTest {

  private static final SandboxUser BOB = new SandboxUser("bob", 1234, 1234, "/home/bob", "/bin/sh");
  private static final ContainerSettings START =
      new ContainerSettings(
          Map.of("PATH", "/usr/bin:/bin", "ACME", "1"),
          "/srv",
          List.of("/bin/busybox"),
          List.of("sh"));

  private static final ImageDefinition LOWER =
      ImageDefinition.onBase("acme/lower", BOB, START)
          .withPackages("tool")
          .withDirectory(new OwnedDirectory("/srv", 0750, 1234, 1234))
          .withFile(new StaticFile("/etc/lower.conf", 0640, "lower"));

  private static final ImageDefinition IMAGE = upper(LOWER);

  private static ImageDefinition upper(ImageDefinition lower) {
    return ImageDefinition.from(lower, "acme/upper")
        .withDescription("made for a test")
        .withPackages("more>=1")
        .withLabel("com.acme.team", "agents")
        .withFile(new StaticFile("/usr/bin/acme", 0755, "#!/bin/sh\n"))
        .withFile(new StaticFile("/etc/upper.conf", 0644, 0, 1234, FileContent.of("upper")))
        .withFile(new StaticFile("/etc/tool.conf", 0600, "own setting"))
        .withLink(new SymbolicLink("/etc/acme", "upper.conf"))
        .withWritablePath("/var/lib/acme", 1 << 20)
        .withPort("8080");
  }

  @TempDir private static Path directory;
  private static ASmallUpstream upstream;

  @BeforeAll
  static void serve() throws IOException {
    upstream =
        ASmallUpstream.in(
            directory,
            AnApk.named("tool")
                .withFile("usr/bin/tool", 0755, "tool")
                .withFile("etc/tool.conf", 0644, "of the package")
                .signed(ASmallUpstream.KEY),
            AnApk.named("more").withFile("usr/bin/more", 0755, "more").signed(ASmallUpstream.KEY));
  }

  @AfterAll
  static void end() throws IOException {
    upstream.close();
  }

  /** Builds an image, and verifies it against the definition of this test. */
  private static List<String> verified(ImageDefinition built, String name) {
    String images = "oci:" + directory.resolve(name);
    List<String> arguments = upstream.arguments("build", "--to", images);
    arguments.set(arguments.indexOf("--lock") + 1, directory.resolve(name + ".json").toString());
    ARun build = SandboxProgramTest.run(SandboxProgram.of(List.of(built)), arguments);
    assertThat(build.exitCode()).as(build.err()).isZero();
    ARun verify =
        SandboxProgramTest.run(
            SandboxProgram.of(List.of(IMAGE)), List.of("verify", "--platform=linux/amd64", images));
    assertThat(verify.out()).contains("checked against the contract \"acme/upper\"");
    return verify.out().lines().map(String::trim).toList();
  }

  private static Stream<String> findings(List<String> report, String id) {
    return report.stream().filter(line -> line.startsWith(id));
  }

  @Test
  void acceptsTheImageOfTheDefinition() {
    List<String> report = verified(IMAGE, "good");

    assertThat(findings(report, "defined-")).isEmpty();
    // The small base image has two files without packages.
    assertThat(findings(report, "unowned-file"))
        .allMatch(line -> line.matches("unowned-file: /(bin/busybox|lib64): .*"));
    assertThat(findings(report, "base-layers")).isEmpty();
    assertThat(findings(report, "database-")).noneMatch(line -> line.contains("/etc/tool.conf"));
  }

  @Test
  void findsAReplacedSettingOfAPackageWithoutTheDefinition() {
    verified(IMAGE, "setting");

    ARun unknown =
        ARun.of(
            "verify",
            "--contract=any",
            "--platform=linux/amd64",
            "oci:" + directory.resolve("setting"));

    assertThat(unknown.out()).contains("database-checksum: /etc/tool.conf");
  }

  static Stream<Arguments> deviations() {
    return Stream.of(
        deviation(
            "defined-file",
            "/etc/upper.conf",
            i -> replaced(i, file("/etc/upper.conf", 0644, "x"))),
        deviation(
            "defined-file",
            "/etc/upper.conf",
            i -> replaced(i, file("/etc/upper.conf", 0666, "upper"))),
        deviation(
            "unowned-file", "/usr/bin/evil", i -> i.withFile(file("/usr/bin/evil", 0755, ""))),
        deviation(
            "unowned-file", "/usr/bin/acme", i -> replaced(i, file("/usr/bin/acme", 0755, ""))),
        deviation(
            "defined-file",
            "/etc/lower.conf",
            i -> upper(replaced(LOWER, file("/etc/lower.conf", 0640, "other")))),
        deviation(
            "defined-directory",
            "/srv",
            i -> i.withDirectory(new OwnedDirectory("/srv", 0770, 1234, 0))),
        deviation("defined-file", "/etc/acme", i -> linked(i, "upper.conf2")),
        deviation("defined-directory", "/var/lib/acme", DefinedContractTest::withoutWritable),
        deviation(
            "defined-start",
            "ExposedPorts",
            i ->
                i.withContainer(
                    new ContainerSettings(
                        START.environment(), "/srv", START.entrypoint(), START.command()))),
        deviation("defined-label", "com.acme.team", i -> i.withLabel("com.acme.team", "others")),
        deviation(
            "defined-label", "org.opencontainers.image.description", i -> i.withDescription("x")),
        deviation("defined-package", "tool", i -> upper(without(LOWER))),
        deviation("defined-package", "more>=1", DefinedContractTest::without),
        deviation("defined-start", "ACME", i -> i.withEnvironment("ACME", "2")),
        deviation("defined-start", "LD_PRELOAD", i -> i.withEnvironment("LD_PRELOAD", "/x.so")),
        deviation("defined-start", "User", i -> upper(as(LOWER, 1235, "/bin/sh"))),
        deviation("defined-account", "/etc/passwd", i -> upper(as(LOWER, 1234, "/bin/ash"))),
        deviation("defined-start", "WorkingDir", i -> started(i, "/", START.command(), true)),
        deviation("defined-start", "Cmd", i -> started(i, "/srv", List.of("x"), true)),
        deviation("defined-start", "Entrypoint", i -> started(i, "/srv", START.command(), false)),
        deviation(
            "apk-key",
            "/etc/apk/keys/x.pub",
            i -> i.withFile(file("/etc/apk/keys/x.pub", 0644, ""))));
  }

  @ParameterizedTest
  @MethodSource("deviations")
  void finds(String id, String where, UnaryOperator<ImageDefinition> change) {
    List<String> report =
        verified(change.apply(IMAGE), "changed" + Integer.toHexString(change.hashCode()));

    assertThat(findings(report, id)).anyMatch(line -> line.contains(where));
  }

  private static Arguments deviation(
      String id, String where, UnaryOperator<ImageDefinition> change) {
    return arguments(id, where, change);
  }

  private static StaticFile file(String path, int mode, String content) {
    return new StaticFile(path, mode, content);
  }

  private static ImageDefinition replaced(ImageDefinition image, StaticFile file) {
    FilesystemSettings files = image.filesystem();
    List<StaticFile> others =
        files.files().stream().filter(each -> !each.path().equals(file.path())).toList();
    return with(
            image,
            new FilesystemSettings(
                files.user(), files.directories(), others, files.links(), files.writable()))
        .withFile(file);
  }

  private static ImageDefinition linked(ImageDefinition image, String target) {
    FilesystemSettings files = image.filesystem();
    return with(
        image,
        new FilesystemSettings(
            files.user(),
            files.directories(),
            files.files(),
            List.of(new SymbolicLink("/etc/acme", target)),
            files.writable()));
  }

  private static ImageDefinition withoutWritable(ImageDefinition image) {
    FilesystemSettings files = image.filesystem();
    return with(
        image,
        new FilesystemSettings(
            files.user(), files.directories(), files.files(), files.links(), List.of()));
  }

  private static ImageDefinition with(ImageDefinition image, FilesystemSettings files) {
    return new ImageDefinition(
        image.name(), image.about(), image.parent(), image.software(), files, image.container());
  }

  private static ImageDefinition without(ImageDefinition image) {
    return new ImageDefinition(
        image.name(),
        image.about(),
        image.parent(),
        SoftwareSettings.none(),
        image.filesystem(),
        image.container());
  }

  private static ImageDefinition as(ImageDefinition image, int id, String shell) {
    FilesystemSettings files = image.filesystem();
    return new ImageDefinition(
        image.name(),
        image.about(),
        image.parent(),
        image.software(),
        new FilesystemSettings(
            new SandboxUser("bob", id, 1234, "/home/bob", shell),
            files.directories(),
            files.files()),
        image.container());
  }

  private static ImageDefinition started(
      ImageDefinition image, String directory, List<String> command, boolean entrypoint) {
    return image.withContainer(
        new ContainerSettings(
            START.environment(), directory, entrypoint ? START.entrypoint() : List.of(), command));
  }
}
