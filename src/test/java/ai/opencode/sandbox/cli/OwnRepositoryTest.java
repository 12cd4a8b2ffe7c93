package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.RepositoryLine;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packages of a repository of one's own, signed by a key that is not in the base image. */
class OwnRepositoryTest {

  private static final ASigningKey ACME = ASigningKey.named("acme.rsa.pub");

  private static final AnApk TOOL =
      AnApk.named("tool").withFile("usr/bin/tool", 0755, "tool").signed(ASmallUpstream.KEY);
  private static final AnApk OWN =
      AnApk.named("own").withFile("usr/bin/own", 0755, "own").signed(ACME);

  private static final ImageDefinition IMAGE =
      ASmallUpstream.image("tool", "own@acme").withName("acme/tools");
  private static final SandboxProgram PROGRAM = SandboxProgram.of(List.of(IMAGE)).named("acme");

  @TempDir private Path directory;
  private ASmallUpstream upstream;
  private Path key;
  private Path lock;

  @BeforeEach
  void serve() throws IOException {
    upstream = ASmallUpstream.in(directory, TOOL);
    ARepository.in(directory.resolve("acme")).with(OWN).signed(ACME).write();
    key = Files.write(directory.resolve(ACME.name()), ACME.pem());
    lock = directory.resolve("sandbox.lock.json");
  }

  @AfterEach
  void end() throws IOException {
    upstream.close();
  }

  private String line() {
    return "@acme " + directory.resolve("acme");
  }

  /** Runs a command with all options. */
  private ARun run(String... words) {
    List<String> arguments = upstream.arguments(words);
    arguments.addAll(List.of("--repository", line(), "--key", key.toString()));
    return SandboxProgramTest.run(PROGRAM, arguments);
  }

  /** Runs a command that has only the lock and a new cache. */
  private ARun runAlone(String... words) {
    List<String> arguments = new ArrayList<>(List.of(words));
    arguments.addAll(List.of("--lock", lock.toString()));
    arguments.addAll(List.of("--cache", directory.resolve("other").toString()));
    return SandboxProgramTest.run(PROGRAM, arguments);
  }

  private String to(String name) {
    return "oci:" + directory.resolve(name);
  }

  private Object images(String name) throws IOException {
    return new OciLayout(directory.resolve(name)).index().manifests();
  }

  private static void assertDone(ARun run) {
    assertThat(run.exitCode()).as(run.err()).isZero();
  }

  private LockedBase locked() throws IOException {
    return Objects.requireNonNull(
        LockFile.read(lock)
            .orElseThrow()
            .find("acme/tools", Platform.LINUX_AMD64)
            .orElseThrow()
            .base());
  }

  @Test
  void isBuiltLockedArchivedAndRebuiltFromTheLockAlone() throws Exception {
    assertDone(run("build", "--to", to("images")));
    assertThat(locked().keys()).containsOnlyKeys(ACME.name(), ASmallUpstream.KEY.name());
    assertThat(locked().own().keys()).singleElement().extracting("name").isEqualTo(ACME.name());
    assertThat(locked().own().repositories()).containsExactly(RepositoryLine.of(line()));

    assertDone(runAlone("build", "--locked", "--to", to("again")));
    assertThat(images("again")).isEqualTo(images("images"));

    Path archive = directory.resolve("archive");
    assertDone(runAlone("lock", "archive", archive.toString()));
    Files.move(directory.resolve("repository"), directory.resolve("gone"));
    Files.move(directory.resolve("acme"), directory.resolve("gone too"));
    Files.move(directory.resolve("other"), directory.resolve("forgotten"));
    assertDone(
        runAlone(
            "build", "--locked", "--offline", "--upstream", archive.toString(), "--to", to("old")));
    assertThat(images("old")).isEqualTo(images("images"));

    ARun verify = SandboxProgramTest.run(PROGRAM, List.of("verify", to("old")));
    assertThat(verify.out()).contains("apk-key: /etc/apk/keys/acme.rsa.pub: no package has it");
    ARun knowing =
        SandboxProgramTest.run(PROGRAM, List.of("verify", "--key", key.toString(), to("old")));
    assertThat(knowing.out()).doesNotContain("acme.rsa.pub").contains("finding");
  }

  @Test
  void givesTheImageItsKeyAndNoPathOfThisMachine() throws Exception {
    assertDone(run("build", "--to", to("images")));

    String files =
        SandboxProgramTest.run(PROGRAM, List.of("inspect", "--files", to("images"))).out();
    assertThat(files.lines().filter(each -> each.contains("/etc/apk/keys/acme.rsa.pub")))
        .singleElement()
        .asString()
        .contains("644 0:0");
    assertThat(files).doesNotContain("/etc/apk/repositories");
    Path elsewhere = directory.resolve("elsewhere/below");
    Files.createDirectories(elsewhere.getParent());
    Files.move(directory.resolve("acme"), elsewhere);
    Files.delete(lock);
    List<String> arguments = upstream.arguments("build", "--to", to("again"));
    arguments.addAll(List.of("--repository", "@acme " + elsewhere, "--key", key.toString()));
    assertDone(SandboxProgramTest.run(PROGRAM, arguments));
    assertThat(images("again")).isEqualTo(images("images"));
  }

  @Test
  void givesTheImageItsAddress() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] file =
                Files.readAllBytes(
                    directory.resolve(exchange.getRequestURI().getPath().substring(1)));
            exchange.sendResponseHeaders(200, file.length);
            exchange.getResponseBody().write(file);
          }
        });
    server.start();
    try {
      List<String> arguments = upstream.arguments("build", "--to", to("images"));
      String line = "@acme http://127.0.0.1:" + server.getAddress().getPort() + "/acme";
      arguments.addAll(List.of("--repository", line, "--key", key.toString()));
      assertDone(SandboxProgramTest.run(PROGRAM, arguments));
    } finally {
      server.stop(0);
    }

    assertThat(SandboxProgramTest.run(PROGRAM, List.of("inspect", "--files", to("images"))).out())
        .contains("/etc/apk/repositories");
  }

  @Test
  void isNotTrustedWithoutTheKey() {
    List<String> arguments = upstream.arguments("build", "--to", to("images"));
    arguments.addAll(List.of("--repository", line()));

    ARun run = SandboxProgramTest.run(PROGRAM, arguments);

    assertThat(run.exitCode()).isEqualTo(6);
    assertThat(run.err()).contains("acme.rsa.pub");
  }
}
