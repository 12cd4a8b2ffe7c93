package ai.opencode.sandbox.maven;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdviceTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Name one with --lock.|Name one with -Dsandbox.lock.",
        "Add it with --base and --repository.|Add it with -Dsandbox.base and -Dsandbox.repository.",
        "Leave --offline out.|Leave -o out.",
        "the output of --stacktrace.|the output of -e.",
        "accept it with: opencode-sandbox lock --update.|accept it with: mvn opencode-sandbox:lock"
            + " -Dsandbox.lock.update.",
        "Write one with: opencode-sandbox lock archive DIR|Write one with: opencode-sandbox lock"
            + " archive DIR",
        "or use --force.|or use --force of the program opencode-sandbox.",
        "Run npm install --package-lock-only in it.|Run npm install --package-lock-only in it.",
        "a--lock|a--lock"
      })
  void namesPropertiesAndGoals(String sentence, String inMaven) {
    assertThat(Advice.inMaven(sentence)).isEqualTo(inMaven);
  }
}
