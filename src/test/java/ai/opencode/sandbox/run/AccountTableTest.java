package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.definition.UserIds;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccountTableTest {

  private static final String PASSWD =
      """
      root:x:0:0:root:/root:/bin/ash
      nobody:x:65534:65534:nobody:/:/sbin/nologin
      opencode:x:1000:1000:OpenCode:/home/opencode:/bin/bash
      """;

  private static Optional<String> with(String text, long... numbers) {
    return AccountTable.of(text).with(1000, java.util.Arrays.stream(numbers).boxed().toList());
  }

  @Test
  void givesTheUserOtherNumbers() {
    assertThat(with(PASSWD, 2000, 0))
        .contains(PASSWD.replace("opencode:x:1000:1000:", "opencode:x:2000:0:"));
    assertThat(with("root:x:0:root\nopencode:x:1000:\n", 54321))
        .contains("root:x:0:root\nopencode:x:54321:\n");
  }

  @Test
  void leavesAnAccountOfThatNumberAlone() {
    assertThat(with(PASSWD, 65534, 0)).isEmpty();
    assertThat(with(PASSWD, 0, 0)).isEmpty();
    assertThat(with(PASSWD, 1000, 0)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "opencode", "opencode:x:1000", "a:b:c:d", "x:x:01000:1000"})
  void changesNoOtherFile(String text) {
    assertThat(with(text, 2000, 0)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1000:1000, true", "1000, false", "opencode, false", "0:0, false", "'', false"})
  void readsAnImagesUserInNumbers(String text, boolean known) {
    assertThat(ImageUser.of(text).isPresent()).isEqualTo(known);
  }

  @Test
  void theImageKnowsItsUserAndGroupZero() {
    ImageUser user = new ImageUser(new UserIds(1000, 1000));

    assertThat(user.isKnown(new UserIds(1000, 1000))).isTrue();
    assertThat(user.isKnown(new UserIds(1000, 0))).isTrue();
    assertThat(user.isKnown(new UserIds(2000, 0))).isFalse();
    assertThat(user.isKnown(new UserIds(1000, 5))).isFalse();
  }
}
