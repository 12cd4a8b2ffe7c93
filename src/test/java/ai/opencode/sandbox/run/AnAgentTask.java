package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.egress.AllowedHosts;
import com.github.dockerjava.api.exception.DockerException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/** OpenCode at work in a hardened container without a network, with a model in the container. */
record AnAgentTask(BaseImage image) {

  private static final String STATE = "/home/opencode/.local/share/opencode";

  /** Starts the model, runs a session, and ends with OpenCode's exit code. */
  private static final String SESSION =
      """
      node model.mjs 9911 >/tmp/model.txt 2>&1 &
      until grep -q listening /tmp/model.txt; do sleep 0.1; done
      opencode run --title 'a kept session' 'Write the answer.' >&2
      """;

  /** Writes a workspace with the model, and OpenCode's settings for it. */
  private static Path workspace(Path directory) throws IOException {
    return workspace(directory, "127.0.0.1:9911");
  }

  /**
   * Writes a workspace.
   *
   * @param model the host and port of the model, from the container
   */
  private static Path workspace(Path directory, String model) throws IOException {
    Path workspace = Files.createDirectory(directory.resolve(UUID.randomUUID().toString()));
    Files.setPosixFilePermissions(workspace, PosixFilePermissions.fromString("rwxrwxrwx"));
    try (InputStream in = AnAgentTask.class.getResourceAsStream("model.mjs")) {
      Files.copy(Objects.requireNonNull(in), workspace.resolve("model.mjs"));
    }
    Files.writeString(
        workspace.resolve("opencode.json"),
        """
        {
          "model": "local/m", "small_model": "local/m", "share": "auto", "autoupdate": true,
          "permission": { "edit": "allow", "bash": "allow" },
          "provider": {
            "local": {
              "npm": "@ai-sdk/openai-compatible", "name": "Local", "models": { "m": { "name": "m" } },
              "options": { "baseURL": "http://MODEL/v1", "apiKey": "x" }
            }
          }
        }
        """
            .replace("MODEL", model));
    return workspace;
  }

  private RunRequest request(Path workspace, String script) {
    RunRequest request = image.shell(script);
    return request
        .withWorkspace(workspace)
        .withOptions(request.options().withNetworkMode("none"))
        .withTimeout(Duration.ofMinutes(2));
  }

  private String requireDone(RunRequest request) throws IOException, InterruptedException {
    BaseImage.Outcome outcome = image.run(request);
    assertThat(outcome.exitCode()).as(outcome.out() + outcome.err()).isZero();
    return outcome.out();
  }

  /** In a session, the agent writes a file and runs a command on it. */
  void editsAFileAndRunsACommand(Path directory) throws IOException, InterruptedException {
    Path workspace = workspace(directory);

    requireDone(request(workspace, "opencode --version; " + SESSION));

    assertThat(workspace.resolve("answer.txt")).hasContent("written by the agent");
    assertThat(workspace.resolve("upper.txt")).hasContent("WRITTEN BY THE AGENT");
  }

  /** The model is on the host, which the container reaches as an allowed host only. */
  void usesAModelOfTheHost(Path directory) throws IOException, InterruptedException {
    try (AModelEndpoint model = AModelEndpoint.start()) {
      String address = "host.docker.internal:" + model.port();
      Path workspace = workspace(directory, address);
      RunRequest request =
          image
              .shell(
                  "opencode run 'Write the answer.' >&2;"
                      + " curl -s -o /dev/null -w '%{http_code}' http://example.com/")
              .withWorkspace(workspace)
              .withAllowedHosts(AllowedHosts.of(address + "=private"))
              .withTimeout(Duration.ofMinutes(2));

      assertThat(requireDone(request)).isEqualTo("403");
      assertThat(workspace.resolve("answer.txt")).hasContent("from the host's model");
      assertThat(model.requests()).isGreaterThan(1);
    }
  }

  /** The image's settings precede those of the workspace. */
  void sharesAndUpdatesNothing(Path directory) throws IOException, InterruptedException {
    assertThat(
            requireDone(
                request(
                    workspace(directory),
                    "opencode debug config | jq -c '[.share, .autoupdate, .model]'")))
        .isEqualToIgnoringNewLines("[\"disabled\",false,\"local/m\"]");
  }

  /** A named volume keeps the sessions for the next container. */
  void keepsItsSessionsInAVolume(Path directory) throws IOException, InterruptedException {
    NamedVolume state = new NamedVolume("agent-" + UUID.randomUUID(), STATE, false);
    try {
      Path workspace = workspace(directory);
      requireDone(request(workspace, SESSION).withVolumes(List.of(state)));

      assertThat(
              requireDone(request(workspace, "opencode session list").withVolumes(List.of(state))))
          .contains("a kept session");
    } finally {
      try {
        image.client().removeVolumeCmd(state.name()).exec();
      } catch (DockerException e) {
        // The first run has not made it.
      }
    }
  }

  /** The server answers the host at a published port, if it knows the password. */
  void servesTheHost(Path directory) throws IOException, InterruptedException {
    int port = freePort();
    RunRequest serve =
        image
            .shell("exec opencode serve --hostname 0.0.0.0 --port 4096")
            .withWorkspace(workspace(directory))
            .withEnvironment(List.of("OPENCODE_SERVER_PASSWORD=secret"))
            .withEngine(image.settings().withPorts(List.of(PublishedPort.of(port + ":4096"))));
    Thread run = new Thread(() -> image.runQuietly(serve, OutputStream.nullOutputStream()));
    run.start();
    try {
      URI health = URI.create("http://127.0.0.1:" + port + "/global/health");
      HttpRequest.Builder request = HttpRequest.newBuilder(health).timeout(Duration.ofSeconds(10));
      HttpClient client = HttpClient.newHttpClient();
      String answer = "";
      for (int i = 0; i < 200 && answer.isEmpty() && run.isAlive(); i++) {
        try {
          HttpResponse<String> response = client.send(request.build(), strings());
          assertThat(response.statusCode()).as("without a password").isEqualTo(401);
          request.header("Authorization", "Basic " + base64("opencode:secret"));
          answer = client.send(request.build(), strings()).body();
        } catch (IOException notYet) {
          Thread.sleep(200);
        }
      }
      assertThat(answer).as(image.said + "").contains("\"healthy\":true");
    } finally {
      run.interrupt();
      run.join();
    }
    assertThat(image.containers()).isEmpty();
  }

  private static HttpResponse.BodyHandler<String> strings() {
    return HttpResponse.BodyHandlers.ofString();
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
