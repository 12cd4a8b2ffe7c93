package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "build",
        "inspect",
        "lock",
        "lock archive",
        "publish",
        "resolve",
        "run",
        "sbom",
        "security",
        "serve",
        "verify"
      })
  void fitsATerminalAndBeginsWithUsageAndSentence(String command) {
    List<String> lines =
        ARun.of((command + " --help").strip().split(" ", -1)).out().lines().toList();

    assertThat(lines).allMatch(line -> line.length() <= 80, "80 columns");
    assertThat(lines).noneMatch(line -> line.contains("<"));
    assertThat(lines.get(0)).startsWith(("Usage: opencode-sandbox " + command).strip());
    int sentence = lines.get(1).startsWith("  ") ? 2 : 1;
    assertThat(lines.get(sentence)).matches("[A-Z][a-z]+s,? .*");
  }

  @Test
  void theSynopsisHasWhatACommandRequires() {
    assertThat(ARun.of("resolve", "--help").out())
        .startsWith(
            """
            Usage: opencode-sandbox resolve [OPTIONS] --repository=PLACE --keys=DIRECTORY
              [PACKAGE...]
            """);
    assertThat(ARun.of("publish", "--help").out())
        .startsWith("Usage: opencode-sandbox publish [OPTIONS] --to=TARGET IMAGE...\n");
    assertThat(ARun.of("run", "--help").out())
        .startsWith("Usage: opencode-sandbox run [OPTIONS] [IMAGE] [COMMAND...]\n");
  }
}
