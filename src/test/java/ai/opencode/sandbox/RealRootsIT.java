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
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An image over a real root, compared with the root that its own apk makes of the same packages.
 */
@RequiresRoot
@RequiresSharedData
class RealRootsIT {

  private static final AnApk LIBRARY =
      AnApk.named("library")
          .provides("so:library.so.1=1")
          .withFile("usr/lib/library.so.1", 0755, "library")
          .withLink("usr/lib/library.so", "library.so.1");

  private static final AnApk TOOL =
      AnApk.named("a-tool")
          .depends("so:library.so.1", "ztool")
          .script("post-install", "#!/bin/sh\nexit 0\n")
          .script("pre-deinstall", "#!/bin/sh\nexit 0\n")
          .script("trigger", "#!/bin/sh\nexit 0\n")
          .triggers("/usr/share/tool")
          .withDirectory("usr/share/tool", 0750)
          .withFile("usr/bin/wget", 0755, "#!/bin/sh\necho tool\n")
          .withFile("etc/tool.conf", 0600, "setting\n")
          .withFile(
              "var/lib/tool/owned",
              Attributes.of(0640).withOwner(501, 20).withNames("nobody", "nobody"),
              "owned");

  private static final AnApk LAST =
      AnApk.named("ztool")
          .script("post-upgrade", "#!/bin/sh\nexit 0\n")
          .script("post-install", "#!/bin/sh\nexit 0\n")
          .withFile("usr/bin/ztool", 0755, "last");

  private Path directory;

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = Files.createTempDirectory("real-roots");
  }

  @AfterEach
  void removeDirectory() throws Exception {
    if (directory != null) {
      output("rm", "-rf", "--one-file-system", directory.toString());
    }
  }

  private static final String APK_2 = "alpine-minirootfs-3.20.3-x86_64.tar.gz";
  private static final String APK_3 = "alpine-root-3.23.3-x86_64-apk-3.0.3.tar.gz";

  @ParameterizedTest
  @ValueSource(strings = {APK_2, APK_3})
  void isWhatTheRootsOwnApkAdds(String name) throws Exception {
    compare(SharedData.path("minirootfs/" + name), List.of(LIBRARY, TOOL, LAST), "add a-tool");
  }

  /** Offers a newer build of every package of the base, with the base's own files. */
  @ParameterizedTest
  @ValueSource(strings = {APK_2, APK_3})
  void isWhatTheRootsOwnApkUpgradesAndAdds(String name) throws Exception {
    Path released = SharedData.path("minirootfs/" + name);
    Path plain = Files.createDirectories(directory.resolve("plain"));
    unpack(released, plain);
    List<AnApk> packages = new ArrayList<>(List.of(LIBRARY, TOOL, LAST));
    packages.addAll(
        RebuiltPackages.of(
            plain, Map.of("root", 0750, "proc", 0555, "opt", 0711, "etc", 0711, "tmp", 0777)));

    compare(released, packages, "upgrade", "add a-tool");
  }

  private void compare(Path released, List<AnApk> packages, String... commands) throws Exception {
    Path built = Files.createDirectories(directory.resolve("built"));
    Path real = Files.createDirectories(directory.resolve("real"));
    try (ASmallUpstream upstream =
        ASmallUpstream.over(
            released, directory.resolve("upstream"), packages.toArray(AnApk[]::new))) {
      BuiltImage image =
          new SandboxBuilder(upstream.settings(), Progress.silent())
              .build(List.of(ASmallUpstream.image("a-tool")))
              .get(0);
      BlobStore blobs = new BlobStore(upstream.cache());
      for (Descriptor layer : image.platforms().get(0).blobs()) {
        unpack(blobs.path(layer.digest()), built);
      }
      unpack(released, real);
      Files.write(
          real.resolve("etc/apk/keys").resolve(ASmallUpstream.KEY.name()),
          ASmallUpstream.KEY.pem());
      output("cp", "-r", upstream.repository().toString(), real.resolve("repo").toString());
    }

    Files.createFile(real.resolve("repo/none"));
    for (String command : commands) {
      String apk = "apk " + command + " --no-network --repositories-file /repo/none -X /repo";
      assertThat(output("chroot", real.toString(), "sh", "-c", apk)).doesNotContain("ERROR");
    }

    output("rm", "-rf", real.resolve("repo").toString());
    Path scripts = Path.of("lib/apk/db/scripts.tar");
    if (Files.exists(real.resolve(scripts))) {
      assertThat(output("tar", "-tvf", built.resolve(scripts).toString()))
          .isEqualTo(output("tar", "-tvf", real.resolve(scripts).toString()));
    }
    for (String file : List.of("installed", "triggers")) {
      String path = "lib/apk/db/" + file;
      assertThat(Files.readString(built.resolve(path)))
          .as(path)
          .isEqualTo(Files.readString(real.resolve(path)));
    }
    assertThat(differences(files(built), files(real))).isEmpty();
    for (String file : List.of("etc/passwd", "etc/group")) {
      assertThat(accounts(built.resolve(file))).as(file).containsAll(accounts(real.resolve(file)));
    }
    if (List.of(commands).contains("upgrade")) {
      String owner = "stat -c %u:%g:%a etc/shadow";
      assertThat(output("sh", "-c", "cd " + built + " && " + owner))
          .isEqualTo(output("sh", "-c", "cd " + real + " && " + owner));
      Path repository = directory.resolve("upstream/repository");
      output("cp", "-r", repository.toString(), built.resolve("repo").toString());
      Files.createFile(built.resolve("repo/none"));
      String again = "apk upgrade --simulate --no-network --repositories-file /repo/none -X /repo";
      assertThat(output("chroot", built.toString(), "sh", "-c", again))
          .contains("OK:")
          .doesNotContain("Upgrading", "Installing", "Replacing", "Purging", "ERROR");
    }
  }

  private static List<String> accounts(Path file) throws IOException {
    return Files.readAllLines(file).stream().filter(line -> !line.isEmpty()).toList();
  }

  private static Map<String, String> differences(
      Map<String, String> actual, Map<String, String> expected) {
    Map<String, String> differences = new TreeMap<>();
    Set<String> paths = new TreeSet<>(actual.keySet());
    paths.addAll(expected.keySet());
    for (String path : paths) {
      if (!Objects.equals(actual.get(path), expected.get(path))) {
        differences.put(path, actual.get(path) + " instead of " + expected.get(path));
      }
    }
    return differences;
  }

  /** Returns each path with its attributes in an engine, except files of the image's own user. */
  private static Map<String, String> files(Path root) throws Exception {
    String listing =
        output(
            "sh",
            "-c",
            "cd "
                + root
                + " && find . -mindepth 1 ! -type f -printf '%P\\t%y %m %U %G %l\\n'"
                + " && find . -type f -printf '%P\\t%y %m %U %G ' -exec sh -c"
                + " 'sha256sum < \"$1\"' sh {} \\;");
    Map<String, String> files = new TreeMap<>();
    listing
        .lines()
        .forEach(line -> files.put(line.split("\t", -1)[0], line.replaceFirst(" *-?$", "")));
    files
        .keySet()
        .removeIf(
            path ->
                path.equals("workspace")
                    || path.startsWith("home/opencode")
                    || List.of("etc/passwd", "etc/group", "etc/shadow", "etc/shells").contains(path)
                    // A file that shell redirections make in a root without devices.
                    || path.equals("dev/null")
                    // Backup copies by adduser, which nothing reads.
                    || List.of("etc/passwd-", "etc/group-", "etc/shadow-").contains(path)
                    // apk's lock, log and script directory, which are not part of the image.
                    || List.of("lib/apk/db/lock", "var/log/apk.log", "lib/apk/exec")
                        .contains(path));
    return files;
  }

  private static void unpack(Path archive, Path to) throws Exception {
    output("tar", "--warning=no-unknown-keyword", "-xzpf", archive.toString(), "-C", to.toString());
  }

  private static String output(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s%n%s", List.of(command), text).isZero();
    return text;
  }
}
