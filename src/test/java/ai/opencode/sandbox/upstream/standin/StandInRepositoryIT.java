package ai.opencode.sandbox.upstream.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.RealRoot;
import ai.opencode.sandbox.RequiresPrograms;
import ai.opencode.sandbox.RequiresRealApk;
import ai.opencode.sandbox.RequiresRoot;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.GzipMembers;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.ProgressEvent;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Generates the stand-in and uses it: with the real apk in a real Alpine root, and as a root of its
 * own. It needs Debian's apt, an npm registry and, to change roots, the user root.
 */
@RequiresPrograms("apt-get")
class StandInRepositoryIT {

  private static final String PACKAGES =
      "git curl wget vim nano bash jq build-base python3 nodejs nodejs-dev npm tini less ripgrep";

  private static StandInRepository repository;

  private Path directory;

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = Files.createTempDirectory("stand-in-root");
  }

  /** Deletes the directory; JUnit would warn of each link that points out of it. */
  @AfterEach
  void removeDirectory() throws Exception {
    output(List.of("rm", "-rf", "--one-file-system", directory.toString()));
  }

  @BeforeAll
  static void prepare() throws Exception {
    String registry = output(List.of("sh", "-c", "npm config get registry 2>/dev/null")).trim();
    assumeTrue(registry.startsWith("http"), "skipped: no npm registry");
    repository =
        StandIn.prepare(
            Path.of("target", "stand-in-cache"),
            Platform.LINUX_AMD64,
            () -> URI.create(registry),
            Network.standard(),
            Progress.silent());
  }

  @Test
  @RequiresRealApk
  void realApkInstallsFromItWithoutAllowUntrusted() throws Exception {
    Path rootfs = RealRoot.released("x86_64");
    untar(rootfs);
    Files.copy(
        repository.directory().resolve(repository.keyName()),
        directory.resolve("etc/apk/keys").resolve(repository.keyName()));
    output(
        List.of(
            "cp", "-r", repository.directory().toString(), directory.resolve("repo").toString()));
    Files.writeString(directory.resolve("etc/apk/repositories"), "/repo\n");

    String log = inRoot("/sbin/apk add --no-network " + PACKAGES + " 2>&1");
    assertThat(log).contains("OK: ").doesNotContain("ERROR", "WARNING", "UNTRUSTED");
    assertThat(inRoot("/sbin/apk audit --system 2>&1")).isEmpty();
    assertThat(runPrograms()).endsWith("all programs work\n");
  }

  @Test
  @RequiresRoot
  void baseImageAndPackagesMakeARootThatWorks() throws Exception {
    BlobStore blobs = new BlobStore(repository.baseLayout());
    Manifest manifest = Manifest.parse(blobs.read(repository.baseImage().digest()), "base");
    for (Descriptor layer : manifest.layers()) {
      untar(blobs.path(layer.digest()));
    }
    try (Stream<Path> files = Files.list(repository.directory().resolve("x86_64"))) {
      for (Path apk : files.filter(file -> file.toString().endsWith(".apk")).sorted().toList()) {
        untarData(apk);
      }
    }

    assertThat(runPrograms()).endsWith("all programs work\n");
    assertThat(inRoot("/bin/stat -c '%a %u:%g' /etc/shadow /root /tmp /var/tmp"))
        .isEqualTo("640 0:42\n700 0:0\n1777 0:0\n1777 0:0\n");
  }

  @Test
  void isFoundAgainAtOnce() throws Exception {
    long start = System.nanoTime();
    StandInRepository again =
        StandIn.prepare(
            Path.of("target", "stand-in-cache"),
            Platform.LINUX_AMD64,
            () -> {
              throw new AssertionError("the registry was asked");
            },
            Network.standard(),
            new Progress() {
              @Override
              public void report(ProgressEvent event) {
                throw new AssertionError(event);
              }

              @Override
              public void warn(String sentence) {
                throw new AssertionError(sentence);
              }
            });

    assertThat(again.directory()).isEqualTo(repository.directory());
    assertThat(System.nanoTime() - start).isLessThan(300_000_000L);
  }

  private String runPrograms() throws Exception {
    Files.createDirectories(directory.resolve("proc"));
    device("dev/null", "3");
    device("dev/urandom", "9");
    try (InputStream script = StandInRepositoryIT.class.getResourceAsStream("programs.sh")) {
      Files.copy(Objects.requireNonNull(script), directory.resolve("programs.sh"));
    }
    return inRoot("/bin/sh /programs.sh 2>&1");
  }

  private void device(String path, String minor) throws Exception {
    Path device = directory.resolve(path);
    if (!Files.exists(device)) {
      output(List.of("mknod", "-m", "666", device.toString(), "c", "1", minor));
    }
  }

  /** Runs in a mount and process namespace of its own, so that all its processes end with it. */
  private String inRoot(String command) throws Exception {
    return output(
        List.of(
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc=" + directory.resolve("proc"),
            "chroot",
            directory.toString(),
            "/bin/sh",
            "-c",
            command));
  }

  private void untar(Path archive) throws Exception {
    try (InputStream in = Files.newInputStream(archive)) {
      untar(Gzip.inflating(in, archive.toString()));
    }
  }

  private void untarData(Path apk) throws Exception {
    try (GzipMembers members =
        new GzipMembers(new BufferedInputStream(Files.newInputStream(apk)), apk.toString())) {
      members.next();
      members.next();
      InputStream data = members.next();
      untar(Objects.requireNonNull(data));
    }
  }

  private void untar(InputStream tar) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("tar", "-C", directory.toString(), "--warning=none", "-xf", "-").start();
    try (OutputStream out = process.getOutputStream()) {
      tar.transferTo(out);
    }
    assertThat(process.waitFor()).isZero();
  }

  private static String output(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    assertThat(status).as("%s printed%n%s", command, text).isZero();
    return text;
  }
}
