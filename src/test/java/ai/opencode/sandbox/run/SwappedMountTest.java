package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.engine.ResolvedMount;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.report.AProgress;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.security.SecurityOptions;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mounts whose source changes between check and use: no container is started. */
class SwappedMountTest {

  @TempDir private Path directory;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> said = new CopyOnWriteArrayList<>();
  private String mounts = "[]";
  private Runnable afterCreate = () -> {};
  private HttpServer engine;
  private Path home;
  private Path project;

  @BeforeEach
  void startAnEngine() throws IOException {
    home = Files.createDirectories(directory.toRealPath().resolve("me"));
    project = Files.createDirectories(home.resolve("project"));
    Files.createDirectories(home.resolve(".ssh"));
    engine = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    engine.createContext("/", this::answer);
    engine.start();
  }

  @AfterEach
  void stopIt() {
    engine.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String request = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    String sent = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    asked.add(request + " " + sent);
    int status = 200;
    String body = "{}";
    if (request.endsWith("/containers/create")) {
      status = 201;
      body = "{\"Id\":\"c0ffee\",\"Warnings\":[]}";
      afterCreate.run();
    } else if (request.endsWith("/containers/c0ffee/json")) {
      body = "{\"Id\":\"c0ffee\",\"Mounts\":" + mounts + "}";
    } else if (request.endsWith("/networks")) {
      body =
          """
          [{"Name":"bridge","Id":"aa11","Driver":"bridge"},
           {"Name":"host","Id":"bb22","Driver":"host"},
           {"Name":"alias","Id":"cc33","Driver":"host"},
           {"Name":"mine","Id":"dd44","Driver":"bridge"}]
          """;
    } else if (request.endsWith("/attach")) {
      status = 409; // Only a run that is not refused sends this request.
    } else if (request.startsWith("DELETE")) {
      status = 204;
    }
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, status == 204 ? -1 : bytes.length);
    if (status != 204) {
      exchange.getResponseBody().write(bytes);
    }
    exchange.close();
  }

  private String bind(Path source, String target, boolean writable) {
    return "{\"Type\":\"bind\",\"Source\":\"%s\",\"Destination\":\"%s\",\"RW\":%s}"
        .formatted(source, target, writable);
  }

  private int run(RunRequest request) throws Exception {
    Progress listener =
        new AProgress() {
          @Override
          public void step(String stage, String detail) {}

          @Override
          public void done(String stage, String detail) {}

          @Override
          public void warn(String sentence) {
            said.add(sentence);
          }
        };
    String address = "tcp://127.0.0.1:" + engine.getAddress().getPort();
    return new SandboxRun(listener, Map.of("DOCKER_HOST", address), home).run(request).exitCode();
  }

  private void assertNothingStarted() {
    assertThat(asked).noneMatch(each -> each.contains("/start"));
    assertThat(asked).anyMatch(each -> each.startsWith("DELETE ") && each.contains("c0ffee"));
  }

  private RunRequest request() {
    return RunRequest.of("image").withWorkspace(project);
  }

  @Test
  void startsWithUnchangedMounts() {
    mounts = "[" + bind(project, "/workspace", true) + "]";

    assertThatThrownBy(() -> run(request())).isNotInstanceOf(VerificationException.class);
    assertThat(asked).anyMatch(each -> each.contains("/attach"));
    assertThat(said).anyMatch(each -> each.contains("may be on another machine"));
  }

  @Test
  void anotherSourceThanTheJudgedOneIsNotStarted() {
    mounts = "[" + bind(home.resolve(".ssh"), "/workspace", true) + "]";

    assertThatThrownBy(() -> run(request()))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("does not mount " + project);
    assertNothingStarted();
  }

  @Test
  void aFurtherMountIsNotStarted() {
    mounts = "[" + bind(project, "/workspace", true) + "," + bind(home, "/more", false) + "]";

    assertThatThrownBy(() -> run(request()))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("too, which was not requested");
    assertNothingStarted();
  }

  @Test
  void readOnlyStaysReadOnly() {
    mounts = "[" + bind(project, "/data", true) + "]";
    RunRequest volume =
        RunRequest.of("image").withMounts(List.of(HostMount.of(project, "/data", true)));

    assertThatThrownBy(() -> run(volume)).isInstanceOf(VerificationException.class);
    assertNothingStarted();
  }

  @ParameterizedTest
  @ValueSource(strings = {"link", "directory", "parent", "nothing"})
  void startsNothingAfterAReplacement(String how) {
    mounts = "[" + bind(project, "/workspace", true) + "]";
    afterCreate =
        () -> {
          try {
            replace(how);
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        };

    assertThatThrownBy(() -> run(request())).isInstanceOf(VerificationException.class);
    assertNothingStarted();
  }

  private void replace(String how) throws IOException {
    Path aside = home.resolve("aside");
    switch (how) {
      case "link" -> {
        Files.move(project, aside);
        Files.createSymbolicLink(project, home.resolve(".ssh"));
      }
      case "directory" -> {
        Files.move(project, aside);
        Files.createDirectory(project);
      }
      case "parent" -> {
        Files.move(home, home.resolveSibling("elsewhere"));
        Files.createSymbolicLink(home, Path.of("elsewhere"));
      }
      default -> Files.delete(project);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"link", "directory", "parent", "nothing"})
  void refusesASourceThatWasReplacedAfterTheCheck(String how) throws IOException {
    ResolvedMount mount = HostMount.of(project, "/workspace", false).resolved();
    mount.requireUnchanged();
    replace(how);

    assertThatThrownBy(mount::requireUnchanged)
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("The container was not started: ")
        .hasMessageContaining("was replaced after it had been checked");
  }

  @Test
  void aLinkIsResolvedOnceAndSentAsItsTarget() throws IOException {
    Path link = Files.createSymbolicLink(home.resolve("link"), project);
    mounts = "[" + bind(project, "/workspace", true) + "]";

    assertThatThrownBy(() -> run(RunRequest.of("image").withWorkspace(link)));
    assertThat(asked)
        .filteredOn(each -> each.contains("/containers/create"))
        .singleElement()
        .asString()
        .contains("\"" + project + "\"")
        .doesNotContain("\"" + link + "\"");
  }

  private RunRequest with(HostMount... volumes) {
    return RunRequest.of("image").withMounts(List.of(volumes));
  }

  @Test
  void aVolumeAtThePathOfTheWorkspaceIsTheWorkspace() throws IOException {
    Path other = Files.createDirectories(home.resolve("other"));
    mounts = "[" + bind(other, "/workspace", false) + "]";
    RunRequest request =
        with(HostMount.of(other, "/workspace", true)).withDefaultWorkspace(project);

    assertThatThrownBy(() -> run(request)).isNotInstanceOf(VerificationException.class);
    assertThat(asked).anyMatch(each -> each.contains("/attach"));
    assertThat(asked)
        .filteredOn(each -> each.contains("/containers/create"))
        .singleElement()
        .asString()
        .contains("\"" + other + "\"")
        .doesNotContain("\"" + project + "\"");
  }

  @Test
  void aVolumeElsewhereLeavesTheWorkspaceAlone() {
    HostMount data = HostMount.of(project, "/data", true);

    assertThat(with(data).withDefaultWorkspace(home).workspace().directory()).isEqualTo(home);
    assertThat(with(data).withWorkspace(project).withDefaultWorkspace(home).workspace().directory())
        .isEqualTo(project);
  }

  @Test
  void twoMountsAtOnePlaceAreRefusedBeforeTheEngineIsAsked() {
    HostMount one = HostMount.of(project, "/data", true);
    HostMount other = HostMount.of(home, "/data", false);
    RunRequest workspace = with(HostMount.of(home, "/workspace", false));

    assertThatThrownBy(() -> with(one, other))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "Both %s and %s are to be mounted at /data. Leave one of them out, or give one another"
                + " target.",
            project, home);
    assertThatThrownBy(() -> workspace.withWorkspace(project))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("are to be mounted at /workspace");
    assertThat(asked).isEmpty();
  }

  @Test
  void refusesAFileAsWorkspace() throws IOException {
    Path file = Files.createFile(project.resolve("file"));

    assertThatThrownBy(() -> run(RunRequest.of("image").withWorkspace(file)))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "Cannot mount %s at /workspace: it is a file. Name the directory that contains"
                + " it.",
            file);
    assertThat(asked).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nothere", "bb22", "alias", "cc33", "aa1", "BRIDGE", "min"})
  void networksThatTheEngineDoesNotListAreRefused(String name) {
    RunRequest request =
        RunRequest.of("image").withOptions(SecurityOptions.hardened().withNetworkMode(name));

    assertThatThrownBy(() -> run(request))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("network \"" + name + "\" is ");
    assertThat(asked).noneMatch(each -> each.contains("/create"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mine", "dd44", "bridge", "none"})
  void networksThatTheEngineListsAreUsed(String name) {
    RunRequest request =
        RunRequest.of("image").withOptions(SecurityOptions.hardened().withNetworkMode(name));

    assertThatThrownBy(() -> run(request));
    assertThat(asked)
        .anyMatch(each -> each.contains("/create") && each.contains("\"NetworkMode\":\"" + name));
  }
}
