package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.definition.NpmProject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpmPlaceTest {

  @Test
  void namesTheDirectoriesOfAPlace() {
    NpmPlace place = NpmPlace.at("/opt/acme/app");

    assertThat(place.modules()).isEqualTo("opt/acme/app/node_modules");
    assertThat(place.commands()).isEqualTo("opt/acme/app/node_modules/.bin");
    assertThat(place.above()).containsExactly("opt", "opt/acme", "opt/acme/app");
    assertThat(NpmPlace.GLOBAL.modules()).isEqualTo("usr/local/lib/node_modules");
    assertThat(NpmPlace.GLOBAL.commands()).isEqualTo("usr/local/bin");
    assertThat(NpmPlace.GLOBAL.above()).containsExactly("usr", "usr/local");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "opt/app",
        "//opt",
        "/opt/",
        "/opt//app",
        "/opt/./app",
        "/opt/../etc",
        "/opt/a\\b",
        "/opt/a\nb",
        "/opt/.wh.app",
        "/opt/node_modules/app",
        "/usr/local/lib/node_modules",
        "/usr/local/lib",
        "/proc/app",
        "/sys",
        "/dev/app"
      })
  void refusesAPlaceWithoutRoomForAProject(String path) {
    assertThatThrownBy(() -> new NpmProject("{}", "{}").at(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(path);
  }
}
