package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostMountTest {

  private Path home;

  @BeforeEach
  void makeAHome(@TempDir Path directory) throws IOException {
    home = Files.createDirectories(directory.toRealPath().resolve("users/me"));
  }

  private List<String> objections(Path source) {
    return objections(
        HostMount.of(source, "/workspace", false),
        List.of(home.resolveSibling("../engine/docker.sock")));
  }

  private List<String> objections(HostMount mount, List<Path> sockets) {
    return HostMount.objections(
        mount.resolved(), ForbiddenPlaces.here(Map.of(), home, sockets, List.of()));
  }

  @Test
  void allowsAProjectDirectory() throws IOException {
    assertThat(objections(Files.createDirectories(home.resolve("project")))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/etc", "/usr", "/var", "/proc", "/sys", "/dev", "/tmp", "/proc/self"})
  void directoriesOfTheSystemAreNot(String directory) {
    assertThat(objections(Path.of(directory))).isNotEmpty();
  }

  @Test
  void neitherIsTheHomeNorWhatContainsIt() {
    assertThat(objections(home)).singleElement().asString().contains("your home directory");
    assertThat(objections(home.resolveSibling(".").normalize()))
        .singleElement()
        .asString()
        .contains("your home directory");
  }

  @Test
  void refusesKeys() throws IOException {
    Path keys = Files.createDirectories(home.resolve(".ssh"));

    assertThat(objections(keys)).singleElement().asString().contains("keys");
  }

  @Test
  void checksTheTargetOfALink() throws IOException {
    Path link = Files.createSymbolicLink(home.resolve("project"), Path.of("/etc"));

    assertThat(objections(link)).singleElement().asString().contains("mounting /etc at");
    // JUnit warns of a link that leads out of a temporary directory.
    Files.delete(link);
  }

  @Test
  void refusesTheEnginesSocketAndADirectoryWithIt() throws IOException {
    Path engine = Files.createDirectories(home.resolveSibling("../engine").normalize());
    Path socket = engine.resolve("docker.sock");
    try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listening.bind(UnixDomainSocketAddress.of(socket));

      assertThat(objections(socket)).singleElement().asString().contains("root on the host");
      assertThat(objections(engine)).singleElement().asString().contains("root on the host");
      assertThat(objections(HostMount.of(socket, "/s", true), List.of()))
          .singleElement()
          .asString()
          .containsAnyOf("is a socket, pipe or device", "container engine's socket");
    }
  }

  @Test
  void refusesTargetsThatTheEngineProtects() throws IOException {
    Path project = Files.createDirectories(home.resolve("project"));

    assertThat(objections(HostMount.of(project, "/proc/sys", false), List.of())).hasSize(1);
    assertThat(objections(HostMount.of(project, "/", false), List.of())).hasSize(1);
  }

  @Test
  void parsesDockersForm() throws IOException {
    Path directory = Files.createDirectories(home.resolve("with space"));

    assertThat(HostMount.of(directory + ":/data:ro"))
        .isEqualTo(new HostMount(directory, "/data", true));
    assertThat(HostMount.of(directory + ":/data"))
        .isEqualTo(new HostMount(directory, "/data", false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/tmp",
        "/tmp:data",
        "/tmp:/data:rx",
        "/tmp:/a/../b",
        "/tmp:/a/",
        "/tmp://a",
        "/tmp:/a//b",
        "/tmp:/./a",
        "/tmp:/proc/..",
        "/tmp:/a\tb",
        "/no/such/directory:/data",
        "volume:/data"
      })
  void refusesOtherForms(String text) {
    assertThatThrownBy(() -> HostMount.of(text)).isInstanceOf(UsageException.class);
  }
}
