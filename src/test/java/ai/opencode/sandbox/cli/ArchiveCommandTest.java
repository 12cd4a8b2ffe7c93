package ai.opencode.sandbox.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.QuickProgram;
import ai.opencode.sandbox.build.Archived;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.upstream.ArchivePlace;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Archives made and used with the commands, also in a process that has no network. */
@Execution(ExecutionMode.CONCURRENT)
@Order(1)
class ArchiveCommandTest {

  /** A network namespace of its own, with nothing but loopback in it. */
  private static final List<String> CUT_OFF =
      List.of("unshare", "-rn", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh");

  @TempDir private Path directory;
  private ASmallUpstream upstream;

  @BeforeEach
  void start() throws Exception {
    upstream = ASmallUpstream.withTheBasesPackages(directory.resolve("upstream"));
  }

  @AfterEach
  void stop() throws Exception {
    upstream.close();
  }

  @Test
  void theNetworkMayBeCutOff() throws Exception {
    assumeThat(run(CUT_OFF, "true"))
        .as("skipped: no network namespaces; unshare -rn is refused")
        .isZero();
    Path archive = directory.resolve("archive");
    assertThat(ARun.of(build("online")).exitCode()).isZero();
    ARun written = ARun.of(archive(archive));
    assertThat(written.err()).contains("opencode-sandbox-base@sha256:");
    assertThat(written.out()).startsWith(archive + "@sha256:").hasLineCount(1);

    List<String> offline =
        program(
            "build",
            "base",
            "--offline",
            "--accept-archive-lock",
            "--platform=linux/amd64",
            "--upstream=" + archive,
            "--cache=" + directory.resolve("empty"),
            "--to=oci:" + directory.resolve("offline"));
    assertThat(run(CUT_OFF, offline.toArray(String[]::new))).as(output()).isZero();

    assertThat(image("offline")).isPresent().isEqualTo(image("online"));
  }

  @Test
  void saysWhereTheArchiveIsAndHowMuchItHas() {
    ArchivePlace place = new ArchivePlace.Directory(Path.of("inputs"));
    Digest digest = Digest.sha256("archive");

    assertThat(ArchiveCommand.line(new Archived(place, digest, 7, 1_260_000, OptionalInt.empty())))
        .isEqualTo("inputs@" + digest + ": 7 files, 1.3 MB");
    assertThat(
            ArchiveCommand.line(
                new Archived(
                    ArchivePlace.of("registry.example/team/inputs:1"),
                    digest,
                    7,
                    999,
                    OptionalInt.of(0))))
        .isEqualTo("registry.example/team/inputs:1@" + digest + ": 7 files, 0.0 MB, 0 blobs sent");
  }

  @Test
  void aKilledRunLeavesAGoodArchiveOrNone() throws Exception {
    assertThat(ARun.of(build("online")).exitCode()).isZero();
    int killed = 0;
    long begun = System.nanoTime();
    String[] whole = program(archive(directory.resolve("archive"))).toArray(String[]::new);
    assertThat(run(List.of(), whole)).as(output()).isZero();
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    for (long delay : LongStream.rangeClosed(3, 9).map(tenths -> millis * tenths / 10).toArray()) {
      Path archive = directory.resolve("archive-" + delay);
      List<String> command = program(archive(archive));
      Process process = started(List.of(), command.toArray(String[]::new));
      if (process.waitFor(delay, TimeUnit.MILLISECONDS)) {
        assertThat(process.exitValue()).as(output()).isZero();
      } else {
        process.destroyForcibly().waitFor();
        killed++;
      }
      if (new OciLayout(archive).find("inputs").isPresent()) {
        ARun run =
            ARun.of(
                "build",
                "base",
                "--offline",
                "--accept-archive-lock",
                "--platform=linux/amd64",
                "--upstream=" + archive,
                "--cache=" + directory.resolve("empty-" + delay),
                "--lock=" + directory.resolve("lock-" + delay + ".json"),
                "--to=oci:" + directory.resolve("images-" + delay));
        assertThat(run.err()).contains("opencode-sandbox-base@sha256:");
        assertThat(image("images-" + delay)).isPresent().isEqualTo(image("online"));
      }
    }
    assertThat(killed).isPositive();
  }

  @Test
  void namesInOneMessageWhyNothingIsArchived() {
    assertThat(ARun.of(archive(directory.resolve("archive"))).err())
        .isEqualTo(
            "opencode-sandbox: There is no lock file "
                + directory.resolve("upstream/sandbox.lock.json")
                + ", and an archive contains the inputs that a lock names. Write it with:"
                + " opencode-sandbox lock.\n");
    ARun unwritable = ARun.of(archive(Path.of("/dev/null/x")));
    assertThat(unwritable.exitCode()).isEqualTo(2);
    assertThat(unwritable.err())
        .contains("Cannot write to /dev/null/x")
        .endsWith("Name another place with the argument PLACE.\n");
    ARun nowhere =
        ARun.of("build", "--upstream=./nowhere", "--cache=" + directory.resolve("cache"));
    assertThat(nowhere.exitCode()).isEqualTo(2);
    assertThat(nowhere.err())
        .isEqualTo(
            "opencode-sandbox: There is no archive of inputs in ./nowhere. Write one with:"
                + " opencode-sandbox lock archive ./nowhere\n");
  }

  @Test
  void givenCredentialsAreForTheArchiveIfNothingIsPublished() throws Exception {
    HttpServer registry =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String known = "Basic " + Base64.getEncoder().encodeToString("me:sesame".getBytes(UTF_8));
    registry.createContext(
        "/",
        exchange -> {
          try (exchange) {
            boolean admitted = known.equals(exchange.getRequestHeaders().getFirst("Authorization"));
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"inputs\"");
            exchange.sendResponseHeaders(admitted ? 404 : 401, -1);
          }
        });
    registry.start();
    try {
      String[] build = {
        "build",
        "base",
        "--upstream=127.0.0.1:" + registry.getAddress().getPort() + "/inputs:1",
        "--cache=" + directory.resolve("cache"),
        "--to=oci:" + directory.resolve("images")
      };
      assertThat(ARun.of(build).exitCode()).isEqualTo(4);

      Settings settings =
          new Settings(
              Map.of(),
              Map.of("SANDBOX_REGISTRY_USERNAME", "me", "SANDBOX_REGISTRY_PASSWORD", "sesame"),
              Map.of());
      ARun run = ARun.with(settings, build);
      assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
      assertThat(run.err()).contains(" has no inputs:1").doesNotContain("sesame");
    } finally {
      registry.stop(0);
    }
  }

  @Test
  void aPartialUpdateNamesWhatTheLockHas() {
    assertThat(ARun.of(build("online")).exitCode()).isZero();

    ARun unknown = ARun.of(lock("--update", "gti"));
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err())
        .contains(
            "Neither the lock nor its base image has a package gti to update. Name packages of the"
                + " lock: bash, ");
    ARun nothingToUpdate = ARun.of(lock("git"));
    assertThat(nothingToUpdate.exitCode()).isEqualTo(2);
    assertThat(nothingToUpdate.err()).contains("Add --update");
  }

  private String[] build(String images) {
    List<String> arguments = upstream.arguments("build", "base");
    arguments.add("--to=oci:" + directory.resolve(images));
    return arguments.toArray(String[]::new);
  }

  private String[] lock(String... words) {
    List<String> arguments = upstream.arguments("lock");
    arguments.addAll(List.of(words));
    return arguments.toArray(String[]::new);
  }

  private String[] archive(Path place) {
    return upstream.arguments("lock", "archive", place.toString()).toArray(String[]::new);
  }

  private Optional<Descriptor> image(String images) throws IOException {
    return new OciLayout(directory.resolve(images)).find("opencode-sandbox-base");
  }

  private static List<String> program(String... arguments) {
    return QuickProgram.command(arguments);
  }

  private int run(List<String> prefix, String... command) throws Exception {
    return started(prefix, command).waitFor();
  }

  private Process started(List<String> prefix, String... command) throws IOException {
    List<String> all = new ArrayList<>(prefix);
    all.addAll(List.of(command));
    return new ProcessBuilder(all)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("output").toFile())
        .start();
  }

  private String output() throws IOException {
    return Files.readString(directory.resolve("output"));
  }
}
