package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The entries of a tarball that the packages of a lock account for. */
class TarballDirectoryTest {

  private static final TarballDirectory DIRECTORY =
      with(
          "node_modules/a",
          "node_modules/a/node_modules/@in/b",
          "node_modules/@scope/c",
          "node_modules/@scope/c/node_modules/d");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "index.js",
        "lib/node_modules/x/index.js",
        "node_modules_old/x/index.js",
        "node_modules",
        "node_modules/a",
        "node_modules/a/index.js",
        "node_modules/a/lib/node_modules/x",
        "node_modules/a/node_modules",
        "node_modules/a/node_modules/@in",
        "node_modules/a/node_modules/@in/b/x/y",
        "node_modules/@scope",
        "node_modules/@scope/c/index.js",
        "node_modules/@scope/c/node_modules/d/index.js"
      })
  void allowsThePackagesThatAreListedAndTheDirectoriesAbove(String path) {
    assertThat(DIRECTORY.allows(path)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "node_modules/index.js",
        "node_modules/.bin/tool",
        "node_modules/aa/index.js",
        "node_modules/b/index.js",
        "node_modules/c/index.js",
        "node_modules/@in/b/index.js",
        "node_modules/@scope/index.js",
        "node_modules/@scope/a/index.js",
        "node_modules/@scope/node_modules/c",
        "node_modules/@scope/c/node_modules/e",
        "node_modules/a/node_modules/b",
        "node_modules/a/node_modules/@in/b/node_modules",
        "node_modules/a/node_modules/@in/b/node_modules/a/index.js"
      })
  void refusesAllOthers(String path) {
    assertThat(DIRECTORY.allows(path)).isFalse();
  }

  @Test
  void refusesEveryPackageInATarballThatBundlesNone() {
    assertThat(with().allows("lib/index.js")).isTrue();
    assertThat(with().allows("node_modules")).isFalse();
    assertThat(with().allows("node_modules/a/index.js")).isFalse();
  }

  private static TarballDirectory with(String... places) {
    List<InstallPath> bundled =
        Stream.of(places).map(each -> InstallPath.parse(each, "a lock")).toList();
    return TarballDirectory.with(bundled);
  }
}
