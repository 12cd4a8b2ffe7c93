package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.attest.AnAttestation;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.publish.ImagePublisher;
import ai.opencode.sandbox.publish.Publication;
import ai.opencode.sandbox.publish.StoredImage;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.registry.ADistribution;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An index for two platforms with statements about both, published to Distribution's server and
 * read by other programs: skopeo, Podman, Docker and containerd. crane has no Debian package.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
@RequiresPrograms("docker-registry")
class ClientsIT {

  private static final String OUTPUT = "hello from both platforms\n";
  private static final String NAME = "acme/two-platforms";

  @TempDir private static Path directory;
  private ADistribution registry;
  private Descriptor index;
  private String image = "";
  private String digestOnAmd64 = "";

  @BeforeAll
  void publish() throws IOException, InterruptedException {
    assumeTrue(Platform.host().equals(Platform.LINUX_AMD64), "skipped: not an x86_64 machine");
    registry = ADistribution.in(directory.resolve("registry"));
    OciLayout layout = new OciLayout(directory.resolve("images"));
    Map<String, String> labels = Map.of("org.opencontainers.image.version", "1.2.3");
    index =
        AnAttestation.beside(
            layout.blobs(),
            AnImage.forBothPlatforms(
                layout.blobs(),
                it ->
                    it.withFile("etc/text", "text")
                        .withProgram("hello", hello())
                        .withLabels(labels)),
            "it");
    StoredImage stored = StoredImage.read(NAME, layout.blobs(), index);
    new ImagePublisher(RegistryAccess.standard(), Progress.silent())
        .publish(List.of(stored), Target.of(registry.address() + "/"), Publication.standard());
    image = registry.address() + "/" + NAME + ":1.2.3";
    digestOnAmd64 =
        ImageIndex.parse(layout.blobs().read(index.digest()), "index")
            .forPlatform(Platform.LINUX_AMD64, "it")
            .orElseThrow()
            .digest()
            .toString();
  }

  @AfterAll
  void stop() throws IOException {
    if (registry != null) {
      registry.close();
    }
  }

  @Test
  @RequiresPrograms("skopeo")
  void skopeoReadsTheIndexAndCopiesBothPlatforms() throws Exception {
    byte[] raw =
        run("skopeo", "inspect", "--raw", "--tls-verify=false", "docker://" + image)
            .getBytes(StandardCharsets.UTF_8);
    assertThat(Digest.sha256(raw)).isEqualTo(index.digest());
    assertThat(
            Json.parse(raw, "raw")
                .path("annotations")
                .path("org.opencontainers.image.version")
                .asText())
        .isEqualTo("1.2.3");
    for (String architecture : List.of("amd64", "arm64")) {
      assertThat(
              run(
                  "skopeo",
                  "--override-arch",
                  architecture,
                  "inspect",
                  "--tls-verify=false",
                  "docker://" + image))
          .contains("\"Architecture\": \"" + architecture + "\"", "\"1.2.3\"", "\"latest\"");
    }
    Path copy = directory.resolve("copy");
    run(
        "skopeo",
        "copy",
        "-q",
        "--all",
        "--src-tls-verify=false",
        "docker://" + image,
        "oci:" + copy + ":x");
    OciLayout copied = new OciLayout(copy);
    Descriptor found = copied.find("x").orElseThrow();
    assertThat(found.digest()).isEqualTo(index.digest());
    for (Digest digest : OciLayout.reachable(copied.blobs(), found)) {
      copied.blobs().verify(digest);
    }
  }

  @Test
  @RequiresRoot
  @RequiresPrograms("podman")
  void podmanPullsItsPlatform() throws Exception {
    // Not below the usual directory for temporary files, which may be memory.
    Path state = Files.createTempDirectory(Path.of("/var/tmp"), "sandbox-clients");
    try {
      List<String> podman =
          List.of(
              "podman",
              "--root=" + state + "/root",
              "--runroot=" + state + "/run",
              "--storage-driver=vfs");
      run(podman, "pull", "-q", "--tls-verify=false", image);
      assertThat(
              run(podman, "image", "inspect", "--format", "{{.Architecture}} {{.Digest}}", image)
                  .strip())
          .isIn("amd64 " + index.digest(), "amd64 " + digestOnAmd64);
      run(podman, "pull", "-q", "--tls-verify=false", "--arch=arm64", image);
      assertThat(run(podman, "image", "inspect", "--format", "{{.Architecture}}", image).strip())
          .isEqualTo("arm64");
      run(podman, "rmi", "--all", "--force");
    } finally {
      try (Stream<Path> files = Files.walk(state)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  @Test
  @RequiresEngine
  @RequiresPrograms("docker")
  void dockerPullsAndRunsIt() throws Exception {
    assumeTrue(engineAnswers(), "skipped: no container engine; scripts/test starts one");
    try {
      run("docker", "pull", "-q", image);
      run("docker", "pull", "-q", image.replaceFirst(":[^:]*$", "@" + index.digest()));
      assertThat(
              run(
                  "docker",
                  "image",
                  "inspect",
                  "--format",
                  "{{.Architecture}} {{.RepoDigests}}",
                  image))
          .contains("amd64 ", index.digest().toString());
      assertThat(run("docker", "run", "--rm", "--network=none", image)).isEqualTo(OUTPUT);
    } finally {
      runQuietly("docker", "rmi", "-f", image);
    }
  }

  @Test
  @RequiresRoot
  @RequiresPrograms({"ctr", "containerd"})
  void containerdPullsBothPlatforms() throws Exception {
    Path state = Files.createTempDirectory(Path.of("/var/tmp"), "sandbox-ctr");
    Path settings = state.resolve("config.toml");
    Files.writeString(
        settings,
        "version = 2\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\nroot = \"%s\"\nstate = \"%s\"\n[grpc]\naddress = \"%s\"\n"
            .formatted(state.resolve("root"), state.resolve("state"), state.resolve("sock")));
    Process containerd =
        new ProcessBuilder("containerd", "--config", settings.toString())
            .redirectErrorStream(true)
            .redirectOutput(state.resolve("log").toFile())
            .start();
    try {
      for (int i = 0; i < 100 && !Files.exists(state.resolve("sock")); i++) {
        Thread.sleep(100);
      }
      List<String> ctr = List.of("ctr", "--address", state.resolve("sock").toString());
      run(ctr, "content", "fetch", "--plain-http", "--all-platforms", image);
      String content = run(ctr, "content", "ls", "-q");
      OciLayout layout = new OciLayout(directory.resolve("images"));
      for (Digest digest : OciLayout.reachable(layout.blobs(), index)) {
        assertThat(content).contains(digest.toString());
      }
      assertThat(run(ctr, "images", "ls")).contains(image, "linux/amd64,linux/arm64");
    } finally {
      containerd.destroy();
      containerd.waitFor(20, TimeUnit.SECONDS);
      try (Stream<Path> files = Files.walk(state)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /** A minimal program for Linux on amd64 that writes a line and ends. */
  private static byte[] hello() {
    byte[] text = OUTPUT.getBytes(StandardCharsets.US_ASCII);
    byte[] code =
        HexFormat.of()
            .parseHex(
                "b801000000" // mov eax, 1 (write)
                    + "bf01000000" // mov edi, 1 (standard output)
                    + "488d3510000000" // lea rsi, [rip + 16]
                    + "ba00000000" // mov edx, length of the text, filled in below
                    + "0f05" // syscall
                    + "b83c000000" // mov eax, 60 (exit)
                    + "31ff" // xor edi, edi
                    + "0f05"); // syscall
    code[18] = (byte) text.length;
    int size = 64 + 56 + code.length + text.length;
    ByteBuffer elf = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    long base = 0x400000;
    elf.put(HexFormat.of().parseHex("7f454c4602010100")).putLong(0);
    elf.putShort((short) 2).putShort((short) 62).putInt(1).putLong(base + 120);
    elf.putLong(64).putLong(0).putInt(0).putShort((short) 64).putShort((short) 56);
    elf.putShort((short) 1).putShort((short) 0).putShort((short) 0).putShort((short) 0);
    elf.putInt(1).putInt(5).putLong(0).putLong(base).putLong(base);
    elf.putLong(size).putLong(size).putLong(0x1000);
    return elf.put(code).put(text).array();
  }

  private static boolean engineAnswers() {
    try {
      return process(List.of("docker", "version")).start().waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  private static String run(List<String> start, String... more)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(start);
    command.addAll(List.of(more));
    return run(command.toArray(String[]::new));
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Path err = directory.resolve("stderr");
    Process process = process(List.of(command)).redirectError(err.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    assertThat(code).as(() -> String.join(" ", command) + "\n" + out + text(err)).isZero();
    return out;
  }

  private static void runQuietly(String... command) throws IOException, InterruptedException {
    process(List.of(command))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  /** Starts Debian's programs, because a newer client in PATH may not match the engines. */
  private static ProcessBuilder process(List<String> command) {
    List<String> words = new ArrayList<>(command);
    for (String place : List.of("/usr/bin", "/usr/sbin")) {
      Path program = Path.of(place, words.get(0));
      if (Files.isExecutable(program)) {
        words.set(0, program.toString());
        break;
      }
    }
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.redirectInput(Path.of("/dev/null").toFile());
    return builder;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
