package ai.opencode.sandbox.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Reference;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {

  @Test
  void readsFoldersNamespacesAndRepositories() {
    assertThat(Target.of("oci:a/b")).isEqualTo(new Target.OciFolder(Path.of("a/b")));
    assertThat(Target.of("ghcr.io/acme/")).isEqualTo(new Target.RegistryNamespace("ghcr.io/acme/"));
    assertThat(Target.of("127.0.0.1:5000/"))
        .isEqualTo(new Target.RegistryNamespace("127.0.0.1:5000/"));
    assertThat(Target.of("localhost/tools:1"))
        .isEqualTo(new Target.RegistryImage(Reference.of("localhost/tools:1")));
    assertThat(Target.of("docker://acme/tools"))
        .isEqualTo(new Target.RegistryImage(Reference.of("docker.io/acme/tools")));
  }

  @Test
  void readsArchivesAndTheEngine() {
    assertThat(Target.of("oci-archive:a/b.tar"))
        .isEqualTo(new Target.OciArchive(Path.of("a/b.tar")));
    assertThat(Target.of("docker-archive:b.tar"))
        .isEqualTo(new Target.DockerArchive(Path.of("b.tar")));
    assertThat(Target.of("docker-daemon:")).isEqualTo(new Target.DockerDaemon(""));
    assertThat(Target.of("docker-daemon:acme/")).isEqualTo(new Target.DockerDaemon("acme/"));
    assertThat(Target.of("docker-daemon:tools:1")).isEqualTo(new Target.DockerDaemon("tools:1"));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"", "images", "target/images", "/srv/images", "acme/"})
  void refusesAPlaceThatMayBeAFolderOrARepository(String text) {
    assertThatThrownBy(() -> Target.of(text))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("\"" + text + "\" names no registry")
        .hasMessageContaining("oci:" + text)
        .hasMessageContaining("docker.io/" + text);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {"oci:", "oci-archive:", "docker-archive:", "dir:a", "containers-storage:a"})
  void refusesAKindOfPlaceThatItDoesNotWriteTo(String text) {
    assertThatThrownBy(() -> Target.of(text))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("\"" + text + "\" is no target of this program");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"docker-daemon:A:b, A:b", "ghcr.io/Acme/, ghcr.io/Acme/image"})
  void refusesANameThatNoImageHas(String text, String name) {
    assertThatThrownBy(() -> Target.of(text))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("\"" + name + "\" is not an image reference");
  }
}
