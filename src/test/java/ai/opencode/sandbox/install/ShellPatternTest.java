package ai.opencode.sandbox.install;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** File-name patterns of the shell. */
class ShellPatternTest {

  @ParameterizedTest
  @CsvSource({
    "/usr/lib/*, /usr/lib/a",
    "/usr/lib/*, /usr/lib/",
    "*.so, a.so",
    "a?c, abc",
    "[ab]c, ac",
    "[ab]c, bc",
    "[!ab]c, cc",
    "[a-c]d, bd",
    "[]a]b, ]b",
    "[[]b, [b",
    "a[b, a[b",
    "[], []",
    "[z-a], [z-a]",
    "a.(b)+$, a.(b)+$",
    "[a\\d]b, \\b",
    "a]b, a]b",
    "[a]*b, axxb",
  })
  void matches(String glob, String path) {
    assertThat(ShellPattern.of(glob).matcher(path).matches()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "/usr/lib/*, /usr/lib/a/b",
    "/usr/lib/*, /usr/lib",
    "*.so, axso",
    "a?c, a/c",
    "a?c, ac",
    "[ab]c, cc",
    "[!ab]c, ac",
    "[a-c]d, ed",
    "[]a]b, xb",
    "[a\\d]b, 1b",
    "[a]b, [a]b",
    "[z-a], z",
    "a.c, abc",
  })
  void doesNotMatch(String glob, String path) {
    assertThat(ShellPattern.of(glob).matcher(path).matches()).isFalse();
  }
}
