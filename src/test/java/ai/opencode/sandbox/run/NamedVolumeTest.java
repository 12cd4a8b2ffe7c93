package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.security.MountTarget;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Named volumes, and their difference from directories of the host. */
class NamedVolumeTest {

  @Test
  void parsesDockersForm() {
    assertThat(NamedVolume.of("cache:/home/opencode/.cache"))
        .isEqualTo(new NamedVolume("cache", "/home/opencode/.cache", false));
    assertThat(NamedVolume.of("npm_1.x-y:/data:ro"))
        .isEqualTo(new NamedVolume("npm_1.x-y", "/data", true));
    assertThat(NamedVolume.of("cache:/data:rw").readonly()).isFalse();
  }

  /** A directory "cache" beside it changes nothing, for a task can make one. */
  @ParameterizedTest
  @CsvSource({
    "cache:/data, true",
    "target:/data, true",
    "src:/data:ro, true",
    "a:/data, true",
    "./cache:/data, false",
    ".cache:/data, false",
    "..:/data, false",
    "/cache:/data, false",
    "a/b:/data, false",
    "two words:/data, false",
    "-rm:/data, false",
    "cache, false",
    ":/data, false"
  })
  void isToldFromADirectoryByItsFormAlone(String text, boolean volume) {
    assertThat(NamedVolume.isNamedIn(text)).isEqualTo(volume);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cache",
        "cache:",
        "cache:data",
        "cache:/a:rx",
        "cache:/a/../b",
        "cache:/a/",
        "cache://a",
        "cache:/a:ro:ro",
        "a:/data",
        "cache:/a\tb",
        "cache:/a:ro,exec"
      })
  void refusesOtherForms(String text) {
    assertThatThrownBy(() -> NamedVolume.of(text))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Use ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-v", "a/b", "../etc", "/etc", "a b", "."})
  void refusesNamesThatAreNone(String name) {
    assertThatThrownBy(() -> new NamedVolume(name, "/data", false))
        .isInstanceOf(UsageException.class);
  }

  @Test
  void sharesNoTargetWithAnotherMount() {
    RunRequest request = RunRequest.of("image");

    assertThatThrownBy(
            () ->
                request
                    .withVolumes(List.of(NamedVolume.of("cache:/workspace")))
                    .withWorkspace(Path.of("/srv/project")))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "Both /srv/project and volume cache are to be mounted at /workspace. Leave one of them"
                + " out, or give one another target.");
    assertThatThrownBy(
            () ->
                request.withVolumes(
                    List.of(NamedVolume.of("aa:/data"), NamedVolume.of("bb:/data"))))
        .isInstanceOf(UsageException.class);
  }

  @Test
  void takesThePlaceOfTheDefaultWorkspace() {
    RunRequest request =
        RunRequest.of("image").withVolumes(List.of(NamedVolume.of("work:/workspace")));

    assertThat(request.withDefaultWorkspace(Path.of("/srv/project"))).isEqualTo(request);
  }

  @Test
  void objectsToPlacesOfTheImageAndTheKernel() {
    assertThat(MountTarget.objections("/etc")).hasSize(1);
    assertThat(MountTarget.objections("/usr/local/bin")).hasSize(1);
    assertThat(MountTarget.objections("/proc/sys")).hasSize(1);
    assertThat(MountTarget.objections("/home/opencode/.cache")).isEmpty();
  }
}
