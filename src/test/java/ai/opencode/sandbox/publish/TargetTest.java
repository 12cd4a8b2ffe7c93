package ai.opencode.sandbox.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Reference;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {

  @Test
  void readsEachKindByItsPrefix() {
    assertThat(Target.of("oci:a/b")).isEqualTo(new OciLayoutTarget(Path.of("a/b")));
    assertThat(Target.of("oci-archive:a/b.tar"))
        .isEqualTo(new OciArchiveTarget(Path.of("a/b.tar")));
    assertThat(Target.of("docker-archive:b.tar"))
        .isEqualTo(new DockerArchiveTarget(Path.of("b.tar")));
    assertThat(Target.of("docker-daemon:")).isEqualTo(new EngineTarget(""));
    assertThat(Target.of("docker-daemon:tools:1")).isEqualTo(new EngineTarget("tools:1"));
    assertThat(Target.of("docker://acme/tools"))
        .isEqualTo(new RegistryTarget(null, Reference.of("docker.io/acme/tools")));
  }

  @ParameterizedTest
  @CsvSource({
    "oci:a/b, a/b",
    "oci-archive:a.tar, a.tar",
    "docker-archive:a.tar, a.tar",
    "docker-daemon:acme/,",
    "ghcr.io/acme/,"
  })
  void onThisMachineHasItsPath(String text, @Nullable Path path) {
    assertThat(Target.of(text).path()).isEqualTo(Optional.ofNullable(path));
  }

  @ParameterizedTest
  @CsvSource({
    "oci:a/b, oci:/p/a/b",
    "oci:/a/b, oci:/a/b",
    "oci-archive:a.tar, oci-archive:/p/a.tar",
    "docker-archive:a.tar, docker-archive:/p/a.tar",
    "docker-daemon:acme/, docker-daemon:acme/",
    "ghcr.io/acme/, ghcr.io/acme/"
  })
  void inAnotherDirectoryHasItsRelativePathThere(String text, String expected) {
    assertThat(Target.of(text).in(Path.of("/p"))).isEqualTo(Target.of(expected));
  }

  @Test
  void namesTheNotationOfEachKind() {
    assertThat(Target.NOTATIONS)
        .isEqualTo(
            "HOST/NAMESPACE/ (each image's name is added), HOST/NAME[:TAG], oci:DIRECTORY,"
                + " oci-archive:FILE, docker-archive:FILE, docker-daemon:[NAME[:TAG]]");
    for (String notation : Target.NOTATIONS.replaceAll(" \\([^)]*\\)", "").split(", ", -1)) {
      String example =
          notation.toLowerCase(Locale.ROOT).replaceAll("\\[.*", "").replace("host", "ghcr.io");
      assertThat(Target.of(example)).as(notation).hasToString(example);
    }
  }

  @Test
  void readsNamesOfRegistriesWithoutScheme() {
    assertThat(Target.of("ghcr.io/acme/"))
        .isEqualTo(new RegistryTarget("ghcr.io/acme/", Reference.of("ghcr.io/acme/image")));
    assertThat(Target.of("127.0.0.1:5000/"))
        .isEqualTo(new RegistryTarget("127.0.0.1:5000/", Reference.of("127.0.0.1:5000/image")));
    assertThat(Target.of("localhost/tools:1"))
        .isEqualTo(new RegistryTarget(null, Reference.of("localhost/tools:1")));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "oci:a/b",
        "oci-archive:a.tar",
        "docker-archive:a.tar",
        "docker-daemon:acme/",
        "ghcr.io/acme/",
        "ghcr.io/acme/tools:1"
      })
  void toStringIsTheParsedText(String text) {
    assertThat(Target.of(text)).hasToString(text);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"", "images", "target/images", "/srv/images", "acme/"})
  void refusesAPlaceThatMayBeADirectoryOrARepository(String text) {
    assertThatThrownBy(() -> Target.of(text))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("\"" + text + "\" names no registry")
        .hasMessageContaining("oci:" + text)
        .hasMessageContaining("docker.io/" + text);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"oci:", "oci-archive:", "docker-archive:"})
  void refusesAKindOfPlaceWithoutThePlace(String text) {
    assertThatThrownBy(() -> Target.of(text))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("\"" + text + "\" names no place. Write " + text);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"dir:a", "containers-storage:a"})
  void refusesAKindOfPlaceThatItDoesNotWriteTo(String text) {
    assertThatThrownBy(() -> Target.of(text))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("\"" + text + "\" is not a target of this program");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"docker-daemon:A:b, A:b", "ghcr.io/Acme/, ghcr.io/Acme/image"})
  void refusesANameThatNoImageHas(String text, String name) {
    assertThatThrownBy(() -> Target.of(text))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("\"" + name + "\" is not an image reference");
  }
}
