package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.definition.FileTree;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.OwnedDirectory;
import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.definition.SymbolicLink;
import ai.opencode.sandbox.failure.DefinedPath;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finished images of one's own definitions have what the definitions say. */
class OwnDefinitionTest {

  private static final byte[] BINARY = {0, (byte) 0xFF, (byte) 0x80, 10};

  @TempDir private Path directory;
  private ASmallUpstream upstream;

  @BeforeEach
  void start() throws IOException {
    upstream =
        ASmallUpstream.in(
            directory,
            AnApk.named("tool")
                .withFile("usr/bin/tool", 0755, "#!tool")
                .withFile("etc/tool.conf", 0644, "of the package")
                .withFile("usr/share/tool/data", 0644, "data"),
            AnApk.named("vim").withFile("usr/bin/vim", 0755, "#!vim"),
            AnApk.named("needy").withFile("usr/bin/needy", 0755, "#!needy").depends("vim"));
  }

  @AfterEach
  void stop() throws IOException {
    upstream.close();
  }

  private ImageDefinition own(Path source) throws IOException {
    write(source.resolve("z/run"), "#!run", "rwxr-xr-x");
    write(source.resolve("a.txt"), "a", "rw-r--r--");
    write(source.resolve("data.bin"), BINARY, "rw-r--r--");
    if (!Files.exists(source.resolve("z/link"))) {
      Files.createDirectories(source.resolve("empty"));
      Files.createSymbolicLink(source.resolve("z/link"), Path.of("../a.txt"));
    }
    return ImageDefinition.onAlpine("own")
        .withPackages("tool")
        .withTree(FileTree.from("/opt/own", source).withOwner(1000, 1001))
        .withFile(StaticFile.of("/etc/own.bin", BINARY).withMode(0640).withOwner(0, 7))
        .withFile(StaticFile.from("/usr/bin/run", source.resolve("z/run")).withMode(0755))
        .withLink(new SymbolicLink("/usr/local/bin/run", "/opt/own/z/run"))
        .withWritablePath("/var/lib/own", 64 << 20)
        .withEntrypoint("/usr/bin/run")
        .withCommand("a", "b")
        .withWorkingDirectory("/opt/own")
        .withPort(8080)
        .withPort("53/udp");
  }

  @Test
  void filesDirectoriesAndLinks() throws IOException {
    BuiltImage image = build(own(directory.resolve("source")));
    BuiltRoot root = root(image);

    assertThat(attributes(root, "opt/own/z/run")).isEqualTo("755 1000:1001");
    assertThat(root.text("opt/own/z/run")).isEqualTo("#!run");
    assertThat(attributes(root, "opt/own/a.txt")).isEqualTo("644 1000:1001");
    assertThat(attributes(root, "opt/own/empty")).isEqualTo("755 1000:1001");
    assertThat(attributes(root, "opt/own")).isEqualTo("755 1000:1001");
    assertThat(attributes(root, "opt")).isEqualTo("755 0:0");
    assertThat(attributes(root, "etc/own.bin")).isEqualTo("640 0:7");
    assertThat(attributes(root, "usr/bin/run")).isEqualTo("755 0:0");
    assertThat(((TarEntry.File) root.entry("opt/own/data.bin")).size()).isEqualTo(BINARY.length);
    assertThat(((TarEntry.SymbolicLink) root.entry("opt/own/z/link")).target())
        .isEqualTo("../a.txt");
    assertThat(((TarEntry.SymbolicLink) root.entry("usr/local/bin/run")).target())
        .isEqualTo("/opt/own/z/run");
    assertThat(attributes(root, "var/lib/own")).isEqualTo("770 1000:0");
    assertThat(root.text("etc/passwd"))
        .contains("opencode:x:1000:1000:OpenCode:/home/opencode:/bin/sh");
    for (String each : List.of("opt/own/z/run", "opt/own", "usr/local/bin/run", "etc/own.bin")) {
      assertThat(root.entry(each).attributes().modifiedSeconds()).isEqualTo(0);
    }
  }

  @Test
  void theStartOfContainers() throws IOException {
    ImageConfig config = config(build(own(directory.resolve("source"))));

    assertThat(config.entrypoint()).containsExactly("/usr/bin/run");
    assertThat(config.command()).containsExactly("a", "b");
    assertThat(config.workingDirectory()).isEqualTo("/opt/own");
    assertThat(config.exposedPorts()).containsExactly("53/udp", "8080/tcp");
    assertThat(config.labels().get("ai.opencode.sandbox.writable"))
        .contains("/home/opencode/.cache=1610612736")
        .endsWith(" /var/lib/own=67108864");
  }

  @Test
  void aChildMayDoWithoutTheEntrypointOfItsParent() throws IOException {
    ImageDefinition child =
        ImageDefinition.from(own(directory.resolve("source")), "child")
            .withEntrypoint()
            .withPort(9090);
    ImageConfig config = config(build(child));

    assertThat(config.entrypoint()).isEmpty();
    assertThat(config.exposedPorts()).containsExactly("53/udp", "8080/tcp", "9090/tcp");
    assertThat(config.labels().get("ai.opencode.sandbox.writable")).contains("/var/lib/own=");
  }

  @Test
  void noLabelIsReplacedByADefinition() {
    ImageDefinition image = ImageDefinition.onAlpine("own");

    assertThatThrownBy(() -> image.withLabel("ai.opencode.sandbox.writable", "/etc=1"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("cannot be a label of a definition");
  }

  @Test
  void theSameDefinitionGivesTheSameImage() throws IOException {
    Path source = directory.resolve("source");
    BuiltImage first = build(own(source));

    Path copy = directory.resolve("copy");
    write(copy.resolve("data.bin"), BINARY, "rw-------");
    Files.createDirectories(copy.resolve("empty"));
    write(copy.resolve("z/run"), "#!run", "rwx------");
    Files.createSymbolicLink(copy.resolve("z/link"), Path.of("../a.txt"));
    write(copy.resolve("a.txt"), "a", "rw-rw-rw-");
    Files.setPosixFilePermissions(copy.resolve("z"), PosixFilePermissions.fromString("rwx------"));
    Files.setLastModifiedTime(copy.resolve("a.txt"), FileTime.fromMillis(123_456));
    BuiltImage second =
        new SandboxBuilder(settings().withCache(directory.resolve("cache2")), Progress.silent())
            .build(List.of(ownFrom(copy)))
            .get(0);

    assertThat(second.digest()).isEqualTo(first.digest());
  }

  private ImageDefinition ownFrom(Path copy) throws IOException {
    ImageDefinition image = own(directory.resolve("source"));
    ImageDefinition plain = ImageDefinition.onAlpine("own").withPackages("tool");
    return new ImageDefinition(
        image.name(),
        image.about(),
        null,
        image.software(),
        plain
            .withTree(FileTree.from("/opt/own", copy).withOwner(1000, 1001))
            .withFile(
                StaticFile.from("/etc/own.bin", copy.resolve("data.bin"))
                    .withMode(0640)
                    .withOwner(0, 7))
            .withFile(StaticFile.of("/usr/bin/run", "#!run").withMode(0755))
            .withLink(new SymbolicLink("/usr/local/bin/run", "/opt/own/z/run"))
            .withWritablePath("/var/lib/own", 64 << 20)
            .filesystem(),
        image.container());
  }

  @Test
  void aFileThatChangesBeforeItIsWrittenEndsTheBuild() throws IOException {
    Path file = directory.resolve("large");
    write(file, "before", "rw-r--r--");
    ImageDefinition image =
        ImageDefinition.onAlpine("own").withFile(StaticFile.from("/opt/large", file));
    Files.writeString(file, "after!");

    assertThatThrownBy(() -> build(image))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("has changed since the image's definition was made");
  }

  @Test
  void directoriesOfATreeLeaveThoseOfTheImageAlone() throws IOException {
    Path source = directory.resolve("source");
    Files.createDirectories(source.resolve("home/opencode/.config"));
    write(source.resolve("opt/acme/own"), "o", "rw-r--r--");
    write(source.resolve("etc/own"), "o", "rw-r--r--");
    BuiltRoot root =
        root(
            build(
                ImageDefinition.onAlpine("own")
                    .withDirectory(new OwnedDirectory("/opt/acme", 0750, 1000, 0))
                    .withTree(FileTree.from("/", source).withOwner(7, 7))));

    assertThat(attributes(root, "home/opencode")).isEqualTo("770 1000:0");
    assertThat(attributes(root, "home/opencode/.config")).isEqualTo("770 1000:0");
    assertThat(attributes(root, "etc")).isEqualTo("755 0:0");
    assertThat(attributes(root, "opt/acme")).isEqualTo("750 1000:0");
    assertThat(attributes(root, "opt/acme/own")).isEqualTo("644 7:7");
  }

  @Test
  void aFileReplacesALinkAndNotItsTarget() throws IOException {
    ImageDefinition parent =
        ImageDefinition.onAlpine("parent")
            .withLink(new SymbolicLink("/usr/bin/vi", "/bin/busybox"))
            .withFile(StaticFile.of("/opt/a", "of the parent"));
    ImageDefinition child =
        ImageDefinition.from(parent, "child")
            .withFile(StaticFile.of("/usr/bin/vi", "#!vi").withMode(0755))
            .withLink(new SymbolicLink("/opt/a", "b"));
    BuiltRoot root = root(build(child));

    assertThat(root.text("usr/bin/vi")).isEqualTo("#!vi");
    assertThat(root.text("bin/busybox")).isEqualTo("#!busybox");
    assertThat(((TarEntry.SymbolicLink) root.entry("opt/a")).target()).isEqualTo("b");
  }

  @Test
  void noFileIsPutThroughALinkToAPlaceOfTheBuild() {
    ImageDefinition parent =
        ImageDefinition.onAlpine("parent")
            .withLink(new SymbolicLink("/opt/etc", "/etc"))
            .withLink(new SymbolicLink("/opt/db", "../lib/apk/db"))
            .withFile(StaticFile.of("/opt/file", ""));

    for (ImageDefinition each :
        List.of(
            ImageDefinition.from(parent, "a").withFile(StaticFile.of("/opt/etc/passwd", "x")),
            ImageDefinition.from(parent, "b").withFile(StaticFile.of("/opt/db/installed", "x")),
            ImageDefinition.from(parent, "c").withLink(new SymbolicLink("/opt/etc/shadow", "x")),
            ImageDefinition.from(parent, "d")
                .withDirectory(new OwnedDirectory("/opt/db", 0777, 1000, 0)),
            ImageDefinition.from(parent, "e").withFile(StaticFile.of("/opt/etc", "x")),
            ImageDefinition.from(parent, "f").withLink(new SymbolicLink("/etc", "/opt")),
            ImageDefinition.from(parent, "g").withFile(StaticFile.of("/opt/file/x", "x")),
            ImageDefinition.from(parent, "h").withLink(new SymbolicLink("/opt/file/x", "x")),
            ImageDefinition.from(parent, "i")
                .withFile(StaticFile.of("/opt/etc/own", "x"))
                .withFile(StaticFile.of("/etc/own", "y")))) {
      assertThatThrownBy(() -> build(each)).as(each.name()).isInstanceOf(UsageException.class);
    }
  }

  @Test
  void noFileOfAPackageIsReplacedButItsSettings() throws IOException {
    ImageDefinition image = ImageDefinition.onAlpine("own").withPackages("tool");

    for (ImageDefinition each :
        List.of(
            image.withFile(StaticFile.of("/usr/bin/tool", "x").withMode(0755)),
            image.withLink(new SymbolicLink("/usr/bin/tool", "/opt/x")),
            ImageDefinition.from(image, "child").withFile(StaticFile.of("/usr/bin/tool", "x")),
            ImageDefinition.from(image.withLink(new SymbolicLink("/opt/usr", "/usr")), "child")
                .withFile(StaticFile.of("/opt/usr/bin/tool", "x")),
            image.withTree(
                new FileTree(List.of(), List.of(StaticFile.of("/usr/bin/tool", "")), List.of())))) {
      assertThatThrownBy(() -> build(each))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("/bin/tool cannot be a ")
          .hasMessageContaining(": the package tool has it")
          .extracting(e -> ((UsageException) e).subject().orElseThrow().image())
          .isEqualTo(each.name());
    }
    assertThat(
            root(build(image.withFile(StaticFile.of("/etc/tool.conf", "own"))))
                .text("etc/tool.conf"))
        .isEqualTo("own");
  }

  @Test
  void nothingIsBelowAFileOfAPackage() {
    ImageDefinition image = ImageDefinition.onAlpine("own").withPackages("tool");

    for (ImageDefinition each :
        List.of(
            image.withFile(StaticFile.of("/usr/bin/tool/x", "")),
            image.withLink(new SymbolicLink("/usr/bin/tool/x", "y")),
            image.withDirectory(new OwnedDirectory("/usr/bin/tool/x", 0755, 0, 0)),
            image.withWritablePath("/usr/bin/tool/x", 1 << 20))) {
      assertThatThrownBy(() -> build(each))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("/usr/bin/tool cannot be a directory")
          .extracting(e -> ((UsageException) e).subject().orElseThrow())
          .isEqualTo(new DefinedPath("own", "/usr/bin/tool/x"));
    }
  }

  @Test
  void noMountHidesFilesOfAPackage() throws IOException {
    ImageDefinition image = ImageDefinition.onAlpine("own").withPackages("tool");

    assertThatThrownBy(() -> build(image.withWritablePath("/usr/share/tool", 1 << 20)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("/usr/share/tool cannot be writable: it would hide files of the")
        .extracting(e -> ((UsageException) e).subject().orElseThrow())
        .isEqualTo(new DefinedPath("own", "/usr/share/tool"));
    assertThat(
            attributes(
                root(build(image.withWritablePath("/usr/share/tool-x", 1 << 20))),
                "usr/share/tool-x"))
        .isEqualTo("770 1000:0");
  }

  @Test
  void noFileIsPutThroughALinkToAMount() {
    ImageDefinition parent =
        ImageDefinition.onAlpine("parent").withLink(new SymbolicLink("/opt/tmp", "/tmp"));

    assertThatThrownBy(
            () ->
                build(
                    ImageDefinition.from(parent, "child")
                        .withFile(StaticFile.of("/opt/tmp/x", ""))))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("/opt/tmp/x leads to /tmp/x through a symbolic link");
  }

  @Test
  void anotherUserOfAChildIsTheOnlyOne() throws IOException {
    ImageDefinition child =
        ImageDefinition.from(own(directory.resolve("source")), "child")
            .withUser(SandboxUser.of("acme", 2000, 2001));
    BuiltImage image = build(child);
    BuiltRoot root = root(image);

    assertThat(root.text("etc/passwd")).contains("acme:x:2000:2001").doesNotContain("opencode:");
    assertThat(root.has("home/opencode")).isFalse();
    assertThat(attributes(root, "home/acme/.local/share/opencode")).isEqualTo("770 2000:0");
    assertThat(attributes(root, "workspace")).isEqualTo("775 2000:0");
    assertThat(attributes(root, "opt/own/a.txt")).isEqualTo("644 2000:1001");
    assertThat(config(image).user()).isEqualTo("2000:2001");
    assertThat(config(image).environment()).contains("HOME=/home/acme");
    assertThat(config(image).labels().get("ai.opencode.sandbox.writable"))
        .startsWith("/home/acme=536870912 ");
  }

  @Test
  void aChildWithoutAPackageDoesNotHaveItsFiles() throws IOException {
    ImageDefinition parent = ImageDefinition.onAlpine("parent").withPackages("tool", "vim");
    BuiltImage image = build(ImageDefinition.from(parent, "child").withoutPackages("vim"));
    BuiltRoot root = root(image);

    assertThat(root.has("usr/bin/vim")).isFalse();
    assertThat(root.timesWritten("usr/bin/vim")).isZero();
    assertThat(root.text("usr/bin/tool")).isEqualTo("#!tool");
    assertThat(root.text("etc/apk/world")).isEqualTo("tool\n");
    assertThat(image.name()).isEqualTo("child");
  }

  @Test
  void aPackageThatIsNeededRemainsWithAWarning() throws IOException {
    ImageDefinition parent = ImageDefinition.onAlpine("parent").withPackages("needy", "vim");
    AWarningList warnings = new AWarningList();
    BuiltImage image =
        new SandboxBuilder(settings(), warnings)
            .build(List.of(ImageDefinition.from(parent, "child").withoutPackages("vim")))
            .get(0);

    assertThat(root(image).has("usr/bin/vim")).isTrue();
    assertThat(warnings.sentences())
        .contains(
            "child for linux/amd64 still has vim, because other packages or the base image need it."
                + " Leave those out too.");
  }

  private BuildSettings settings() {
    return upstream.settingsWithoutAPort();
  }

  private BuiltImage build(ImageDefinition definition) throws IOException {
    return new SandboxBuilder(settings(), Progress.silent()).build(List.of(definition)).get(0);
  }

  private BuiltRoot root(BuiltImage image) throws IOException {
    return BuiltRoot.of(image.platforms().get(0).blobs(), new BlobStore(upstream.cache()));
  }

  private ImageConfig config(BuiltImage image) throws IOException {
    BlobStore blobs = new BlobStore(upstream.cache());
    Manifest manifest =
        Manifest.parse(blobs.read(image.platforms().get(0).manifest().digest()), "manifest");
    return ImageConfig.parse(blobs.read(manifest.config().digest()), "config");
  }

  private static String attributes(BuiltRoot root, String path) {
    var attributes = root.entry(path).attributes();
    return Integer.toOctalString(attributes.mode())
        + " "
        + attributes.uid()
        + ":"
        + attributes.gid();
  }

  private static void write(Path file, String text, String permissions) throws IOException {
    write(file, text.getBytes(StandardCharsets.UTF_8), permissions);
  }

  private static void write(Path file, byte[] content, String permissions) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }
}
