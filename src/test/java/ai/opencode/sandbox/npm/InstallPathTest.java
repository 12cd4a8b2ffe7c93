package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The place of a package in an npm tree. */
class InstallPathTest {

  private static final InstallPath NESTED = path("node_modules/a/node_modules/@s/b");

  @Test
  void hasTheTextOfALocksKey() {
    assertThat(NESTED).hasToString("node_modules/a/node_modules/@s/b");
    assertThat(InstallPath.top("a").child("@s/b")).isEqualTo(NESTED).hasSameHashCodeAs(NESTED);
    assertThat(NESTED).isNotEqualTo(InstallPath.top("@s/b"));
  }

  @Test
  void knowsItsPackages() {
    assertThat(NESTED.name()).isEqualTo("@s/b");
    assertThat(NESTED.container()).isEqualTo(InstallPath.top("a"));
    assertThat(NESTED.depth()).isEqualTo(2);
    assertThat(NESTED.directory()).isEqualTo("node_modules/a/node_modules/");
    assertThat(NESTED.isTop()).isFalse();
    assertThat(InstallPath.top("a").isTop()).isTrue();
    assertThat(InstallPath.top("a").container()).isNull();
  }

  @Test
  void isNamedFromAPackageThatContainsIt() {
    InstallPath deep = NESTED.child("c");

    assertThat(deep.in(InstallPath.top("a"))).hasToString("node_modules/@s/b/node_modules/c");
    assertThat(deep.in(NESTED)).isEqualTo(InstallPath.top("c"));
    assertThat(deep.fileIn(NESTED, "cli.js")).isEqualTo("node_modules/c/cli.js");
    assertThat(deep.fileIn(deep, "cli.js")).isEqualTo("cli.js");
    assertThatThrownBy(() -> NESTED.in(deep)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> NESTED.in(NESTED)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> NESTED.in(InstallPath.top("b")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void isSortedByItsText() {
    assertThat(InstallPath.top("a").child("z")).isLessThan(InstallPath.top("ab"));
    assertThat(InstallPath.top("a-b")).isLessThan(InstallPath.top("a").child("z"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "node_modules",
        "node_modules/",
        "node_modules/.bin",
        "node_modules/..",
        "node_modules/a/",
        "node_modules/a/b",
        "node_modules/@s",
        "node_modules/@s/a/b",
        "node_modules/a/node_modules/",
        "node_modules/node_modules",
        "packages/a",
        "/node_modules/a"
      })
  void rejectsAnythingElse(String text) {
    assertThatThrownBy(() -> path(text))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("a test");
  }

  @Test
  void rejectsATreeThatIsTooDeep() {
    assertThatThrownBy(() -> path("node_modules/a/".repeat(65) + "node_modules/a"))
        .isInstanceOf(VerificationException.class);
  }

  private static InstallPath path(String text) {
    return InstallPath.parse(text, "a test");
  }
}
