package ai.opencode.sandbox.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users of containers, by numbers. */
class UserIdsTest {

  @Test
  void areReadAsTheyAreWritten() {
    UserIds ids = new UserIds(1000, 2_147_483_647);

    assertThat(ids).hasToString("1000:2147483647");
    assertThat(UserIds.of(ids.toString())).isEqualTo(ids);
    assertThat(UserIds.find(ids.toString())).contains(ids);
    assertThat(UserIds.of("007:0")).isEqualTo(new UserIds(7, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "1000", "1000:", ":1000", "1:2:3", "a:1", "-1:1", "1:1 ", "12345678901:1"})
  void haveNoOtherForm(String text) {
    assertThatThrownBy(() -> UserIds.of(text))
        .isInstanceOf(UsageException.class)
        .hasMessage("\"" + text + "\" does not name a container's user. Use UID:GID in numbers.");
    assertThat(UserIds.find(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"4294967296:1000", "1000:4294967296", "2147483648:0", "0:2147483648"})
  void areNotTruncatedToOthers(String text) {
    assertThatThrownBy(() -> UserIds.of(text))
        .isInstanceOf(UsageException.class)
        .hasMessage("There is no user " + text + ". Use numbers up to 2147483647.");
    assertThat(UserIds.find(text)).isEmpty();
  }

  @Test
  void areNeverNegative() {
    assertThatThrownBy(() -> new UserIds(-1, 0)).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> new UserIds(0, -1)).isInstanceOf(UsageException.class);
  }

  @Test
  void ofRootHaveUserZero() {
    assertThat(new UserIds(0, 1000).isRoot()).isTrue();
    assertThat(new UserIds(1000, 0).isRoot()).isFalse();
  }
}
