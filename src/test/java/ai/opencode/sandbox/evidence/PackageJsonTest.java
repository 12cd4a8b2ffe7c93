package ai.opencode.sandbox.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PackageJsonTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "usr/lib/node_modules/npm/package.json",
        "usr/lib/node_modules/npm/node_modules/tar/package.json",
        "usr/local/lib/node_modules/@anthropic-ai/sdk/package.json",
        "usr/local/lib/node_modules/@a/b/node_modules/@c/d/package.json",
        "node_modules/a/package.json",
        "opt/app/node_modules/a/package.json",
        "usr/local/lib/node_modules/typescript/vendor/vscode-jsonrpc/package.json",
        "usr/lib/node_modules/a/vendor/@c/d/node_modules/e/package.json"
      })
  void isAtPlacesOfPackages(String path) {
    assertThat(PackageJson.isAt(path)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "package.json",
        "opt/app/package.json",
        "usr/lib/node_modules/package.json",
        "usr/lib/node_modules/@a/package.json",
        "usr/lib/node_modules/a/dist/package.json",
        "usr/lib/node_modules/a/test/node_modules/b/package.json",
        "usr/lib/node_modules/.package-lock.json",
        "usr/lib/node_modules/.bin/package.json",
        "usr/lib/my_node_modules/a/package.json",
        "usr/lib/node_modules/a/vendor/package.json",
        "usr/lib/node_modules/a/vendor/.b/package.json",
        "usr/lib/node_modules/a/dist/vendor/b/package.json",
        "opt/vendor/b/package.json",
        "usr/lib/node_modules/a/package.json5"
      })
  void isNotAtOtherPlaces(String path) {
    assertThat(PackageJson.isAt(path)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          "license":"MIT"|MIT
          "license":{"type":"MIT","url":"x"}|MIT
          "licenses":[{"type":"MIT"},{"type":"ISC"}]|(MIT OR ISC)
          "licenses":[{"type":"MIT"}]|MIT
          "license":["MIT","ISC"]|(MIT OR ISC)
          "license":"  "|
          "license":{}|
          "other":1|
          """,
      delimiter = '|',
      quoteCharacter = '`')
  void readsAllFormsOfLicences(String field, String expected) {
    assertThat(read("{\"name\":\"a\",\"version\":\"1.0.0\"," + field + "}").orElseThrow().licence())
        .isEqualTo(Optional.ofNullable(expected));
  }

  @Test
  void readsWhatNpmReads() {
    PackageJson twice = read("{\"name\":\"a\",\"name\":\"b\",\"version\":\"1.0.0\"}").orElseThrow();
    assertThat(twice.name()).isEqualTo("b");
    assertThat(read("\ufeff{\"name\":\"a\",\"version\":\"1.0.0\"}")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{\"type\":\"module\"}",
        "{\"name\":\"a\"}",
        "{\"name\":\"a b\",\"version\":\"1\"}",
        "{\"name\":{},\"version\":\"1\"}"
      })
  void otherFilesAreNoPackages(String text) {
    assertThat(read(text)).isEmpty();
  }

  @Test
  void boundsWhatItReads() {
    assertThat(read("{\"name\":\"" + "a".repeat(600) + "\",\"version\":\"1\"}")).isEmpty();
    assertThat(read("{\"a\":" + "[".repeat(100_000))).isEmpty();
  }

  private static Optional<PackageJson> read(String text) {
    return PackageJson.read(text.getBytes(StandardCharsets.UTF_8));
  }
}
