package ai.opencode.sandbox.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text from outside, which must not control a terminal, a page, a table or a build server. */
class PlainTextTest {

  @Test
  void noInvisibleCharacterRemains() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (Steering.has(c)) {
        String text = "a" + Character.toString(c) + "b";
        assertThat(PlainText.line(text)).as("U+%X", c).isEqualTo("a b");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u034f", "\u115f", "\u3164", "\uffa0", "\ufe0f", "\u180e", "\u2800"})
  void anInvisibleCharacterIsABlank(String invisible) {
    assertThat(PlainText.line("a" + invisible + "b")).isEqualTo("a b");
    assertThat(PlainText.line("\udb40\udc41\ud83d\ude00\u00e9\u4e2d"))
        .isEqualTo(" \ud83d\ude00\u00e9\u4e2d");
  }

  @Test
  void aLineIsOneLineAndNotEndless() {
    assertThat(PlainText.line("a\nWARNING: b\r\u0085c\u2028d")).isEqualTo("a WARNING: b  c d");
    assertThat(PlainText.line("x".repeat(1 << 20))).hasSizeLessThan(10_000).endsWith("…");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a | ok | ... @everyone <img src=x onerror=alert(1)> [approve](https://evil.example)",
        "![x](https://evil.example/x.png)",
        "`code` | more",
        "\\| more",
        "a\\",
        "**bold** _it_ ~~gone~~",
        "https://evil.example www.evil.example me@evil.example",
        "#1 GH-1 org/repo#2 @team",
        "a\n| b | c | d | e |\n",
        "<!-- ",
        "&lt;script&gt;",
        ":tada:"
      })
  void aCellOfMarkdownIsTextAlone(String hostile) {
    String cell = PlainText.markdown(hostile);

    assertThat(cell).startsWith("`").endsWith("`").hasSizeGreaterThan(2);
    assertThat(cell.substring(1, cell.length() - 1))
        .doesNotContain("`", "|", "\n", "<", ">", "[", "]", "@");
  }

  @Test
  void aHarmlessCellOfMarkdownIsUnchanged() {
    assertThat(PlainText.markdown("tools linux/amd64")).isEqualTo("tools linux/amd64");
    assertThat(PlainText.markdown("2.54.0-r0")).isEqualTo("2.54.0-r0");
    assertThat(PlainText.markdown("docker.io/a@sha256:ab")).isEqualTo("`docker.io/a@sha256:ab`");
  }

  @Test
  void aLineCommandsNoBuildServer() {
    assertThat(PlainText.line("##[error]b")).isEqualTo("# #[error]b");
  }
}
