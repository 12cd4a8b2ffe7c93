package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An image based on the real Alpine root, checked by the apk inside. */
@RequiresRealApk
class RealAlpineIT {

  private static final AnApk LIBRARY =
      AnApk.named("library")
          .provides("so:library.so.1=1")
          .withFile("usr/lib/library.so.1", 0755, "library")
          .withLink("usr/lib/library.so", "library.so.1");

  /** A package that replaces a link of busybox, with scripts, triggers and files of many kinds. */
  private static final AnApk TOOL =
      AnApk.named("tool")
          .depends("so:library.so.1")
          .script("post-install", "#!/bin/sh\nexit 0\n")
          .script("trigger", "#!/bin/sh\nexit 0\n")
          .triggers("/usr/share/tool")
          .withDirectory("usr/share/tool", 0750)
          .withFile("usr/bin/wget", 0755, "#!/bin/sh\necho tool\n")
          .withFile("usr/bin/tool", 0755, "#!/bin/sh\necho tool\n")
          .withFile("etc/tool.conf", 0600, "setting\n")
          .withFile(
              "var/lib/tool/owned",
              Attributes.of(0640).withOwner(501, 20).withNames("nobody", "nobody"),
              "owned");

  private static final AnApk LATER = AnApk.named("later").withFile("usr/bin/later", 0755, "later");

  private Path directory;

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = Files.createTempDirectory("real-alpine");
  }

  @AfterEach
  void removeDirectory() throws Exception {
    if (directory != null) {
      output(List.of("rm", "-rf", "--one-file-system", directory.toString()));
    }
  }

  /** The released root, and variants with files of other releases and images. */
  private static Stream<Arguments> roots() {
    return Stream.of(
        Arguments.of("3.20.3", "true", List.of()),
        Arguments.of(
            "/bin, /sbin and /lib in /usr",
            "find usr/lib -type l -lname '../../lib/*' -delete && for d in bin sbin lib; do cp -a"
                + " $d/. usr/$d/ && rm -rf $d && ln -s usr/$d $d; done",
            List.of()),
        Arguments.of("compressed scripts", "gzip lib/apk/db/scripts.tar", List.of()),
        Arguments.of(
            "a user node",
            "echo node:x:1000:1000::/home/node:/bin/sh >> etc/passwd && "
                + "echo node:x:1000:node >> etc/group && "
                + "echo 'node:!:19000:0:99999:7:::' >> etc/shadow && "
                + "mkdir -m 2755 home/node && chown 1000:1000 home/node",
            List.of("etc/group", "etc/passwd")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("roots")
  void theApkInsideReportsNoErrorAndInstallsMore(
      String name, String change, List<String> changedBefore) throws Exception {
    Path released = RealRoot.released("x86_64");
    Path plain = Files.createDirectories(directory.resolve("plain"));
    output(List.of("tar", "-xzpf", released.toString(), "-C", plain.toString()));
    output(List.of("sh", "-c", "cd " + plain + " && " + change));
    Path alpine = directory.resolve("root.tar.gz");
    output(List.of("tar", "-C", plain.toString(), "-czf", alpine.toString(), "."));
    Path root = Files.createDirectories(directory.resolve("root"));
    try (ASmallUpstream upstream =
        ASmallUpstream.over(alpine, directory.resolve("upstream"), LIBRARY, TOOL, LATER)) {
      BuiltImage image =
          new SandboxBuilder(upstream.settings(), Progress.silent())
              .build(List.of(ASmallUpstream.image("tool")))
              .get(0);
      BlobStore blobs = new BlobStore(upstream.cache());
      for (Descriptor layer : image.platforms().get(0).blobs()) {
        output(
            List.of(
                "tar",
                "--warning=no-unknown-keyword",
                "-xzpf",
                blobs.path(layer.digest()).toString(),
                "-C",
                root.toString()));
      }
      output(
          List.of("cp", "-r", upstream.repository().toString(), root.resolve("repo").toString()));
    }

    // The directory of this test's repository; then files that apk treats as configuration: the
    // user's files (the plain root already has a changed shadow)
    // and the repository's key.
    assertThat(newFindings("--full", root, plain)).containsExactly("D repo/");
    assertThat(newFindings("--backup", root, plain))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of("A etc/apk/keys/test.rsa.pub", "U etc/group", "U etc/passwd", "U etc/shells")
                .filter(finding -> !changedBefore.contains(finding.substring(2)))
                .toList());
    assertThat(root.resolve("lib/apk/db/scripts.tar.gz").toFile().exists())
        .isEqualTo(plain.resolve("lib/apk/db/scripts.tar.gz").toFile().exists());
    assertThat(Files.readString(root.resolve("etc/passwd")))
        .contains("opencode:x:1000:1000:")
        .doesNotContain("node:x:1000:1000::/home/node");
    assertThat(apk(root, "info", "-v")).contains("tool-1.0-r0", "library-1.0-r0");
    assertThat(apk(root, "info", "-W", "/usr/bin/wget")).contains("tool-1.0-r0");
    assertThat(apk(root, "fix", "--simulate")).doesNotContain("Reinstalling", "ERROR");

    Files.writeString(root.resolve("etc/apk/repositories"), "/repo\n");
    assertThat(apk(root, "add", "--no-network", "later"))
        .contains("Installing later")
        .doesNotContain("Purging", "ERROR", "WARNING");
    assertThat(apk(root, "del", "later"))
        .contains("Purging later")
        .doesNotContain("Purging tool", "ERROR");
    assertThat(apk(root, "del", "tool")).contains("Purging tool", "Purging library");
    assertThat(root.resolve("usr/bin/tool")).doesNotExist();
  }

  private static List<String> newFindings(String mode, Path root, Path plain) throws Exception {
    List<String> found = new ArrayList<>(audit(mode, root));
    found.removeAll(audit(mode, plain));
    return found;
  }

  private static List<String> audit(String mode, Path root) throws Exception {
    return apk(root, "audit", mode, "--check-permissions").lines().toList();
  }

  private static String apk(Path root, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("chroot", root.toString(), "apk"));
    command.addAll(List.of(arguments));
    return output(command);
  }

  private static String output(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s%n%s", command, text).isZero();
    return text;
  }
}
