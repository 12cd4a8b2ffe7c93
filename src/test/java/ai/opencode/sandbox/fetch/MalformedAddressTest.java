package ai.opencode.sandbox.fetch;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MalformedAddressTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://h/%zz",
        "http://exa mple/x",
        "https://",
        "https:///x",
        "http://[::/x",
        "file:x",
        "file://host/x",
        "file:///%zz",
        "a\0b"
      })
  void isRefusedAsUsage(String address) {
    assertThatThrownBy(() -> new Download(false).open(address))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--repository");
  }
}
