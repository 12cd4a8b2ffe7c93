package ai.opencode.sandbox.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineAddressTest {

  @TempDir private Path home;

  private EngineAddress find(Map<String, String> environment, Path... sockets) {
    return EngineAddress.find(environment, home, List.of(sockets));
  }

  private void context(String name, String host) throws IOException {
    String id = Digest.sha256(name.getBytes(StandardCharsets.UTF_8)).hex();
    Path folder = Files.createDirectories(home.resolve(".docker/contexts/meta").resolve(id));
    Files.writeString(
        folder.resolve("meta.json"),
        "{\"Name\":\"" + name + "\",\"Endpoints\":{\"docker\":{\"Host\":\"" + host + "\"}}}");
  }

  @Test
  void dockerHostComesFirst() throws IOException {
    context("remote", "tcp://engine.test:2376");

    EngineAddress found =
        find(Map.of("DOCKER_HOST", "unix:///run/a.sock", "DOCKER_CONTEXT", "remote"));

    assertThat(found.socket()).isEqualTo(Path.of("/run/a.sock"));
    assertThat(found.certificates()).isNull();
    assertThat(found).hasToString("unix:///run/a.sock (from DOCKER_HOST)");
  }

  @Test
  void aPasswordInWhatIsNoAddressIsNotRepeated() {
    assertThatThrownBy(() -> find(Map.of("DOCKER_HOST", "tcp://user:se cret@engine.test")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("engine.test")
        .hasNoCause()
        .extracting(Throwable::getMessage)
        .asString()
        .doesNotContain("se cret");
  }

  @Test
  void tlsIsUsedWhereItIsAskedFor() {
    EngineAddress found =
        find(
            Map.of(
                "DOCKER_HOST", "tcp://engine.test:2376",
                "DOCKER_TLS_VERIFY", "1",
                "DOCKER_CERT_PATH", "/certs"));

    assertThat(found.certificates()).isEqualTo(Path.of("/certs"));
    assertThat(found.isUnixSocket()).isFalse();
  }

  @Test
  void theContextOfTheConfigurationComesNext() throws IOException {
    context("colima", "unix:///home/me/.colima/docker.sock");
    Files.writeString(home.resolve(".docker/config.json"), "{\"currentContext\":\"colima\"}");

    assertThat(find(Map.of()).socket()).isEqualTo(Path.of("/home/me/.colima/docker.sock"));
  }

  @Test
  void theContextOfTheEnvironmentOverridesIt() throws IOException {
    context("colima", "unix:///a.sock");
    context("remote", "tcp://engine.test:2375");
    Files.writeString(home.resolve(".docker/config.json"), "{\"currentContext\":\"colima\"}");

    assertThat(find(Map.of("DOCKER_CONTEXT", "remote")).uri())
        .hasToString("tcp://engine.test:2375");
  }

  @Test
  void theDefaultContextMeansTheUsualSockets() throws IOException {
    Path socket = Files.createFile(home.resolve("podman.sock"));

    assertThat(
            find(Map.of("DOCKER_CONTEXT", "default"), home.resolve("docker.sock"), socket).socket())
        .isEqualTo(socket);
  }

  @Test
  void tellsHowToGetAnEngineIfThereIsNone() {
    assertThatThrownBy(() -> find(Map.of(), Path.of("/no/docker.sock")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("No container engine found")
        .hasMessageContaining("/no/docker.sock")
        .hasMessageContaining("Start Docker or Podman");
  }

  @Test
  void namesAContextThatDoesNotExist() {
    assertThatThrownBy(() -> find(Map.of("DOCKER_CONTEXT", "gone")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("There is no docker context \"gone\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ssh://me@engine.test", "npipe:////./pipe/docker", "/run/docker.sock", "a b"})
  void refusesAddressesOfUnsupportedSchemes(String address) {
    assertThatThrownBy(() -> find(Map.of("DOCKER_HOST", address)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(address.replace("me@", "…@"))
        .hasMessageContaining("DOCKER_HOST");
  }

  @Test
  void givesTheReasonOfAFailedConnection() {
    EngineAddress silent = find(Map.of("DOCKER_HOST", "unix://" + home.resolve("none.sock")));

    assertThatThrownBy(() -> Engine.connect(silent))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("none.sock (from DOCKER_HOST) does not answer: ")
        .hasMessageContaining("Start Docker or Podman");
  }
}
