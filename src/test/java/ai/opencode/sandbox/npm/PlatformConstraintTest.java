package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformConstraintTest {

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-, -, -, true",
        "linux, -, -, true",
        "linux, x64, musl, true",
        "linux, x64, glibc, false",
        "linux, arm64, -, false",
        "darwin, -, -, false",
        "darwin linux, -, -, true",
        "!win32, -, -, true",
        "!linux, -, -, false",
        "!win32 !darwin, -, -, true",
        "!win32 darwin, -, -, false",
        "!win32 linux, -, -, true",
        "linux !linux, -, -, false",
        "any, -, -, true",
        "any darwin, -, -, false",
        "-, !ia32, -, true"
      })
  void decidesAsNpmDoes(String os, String cpu, String libc, boolean allowed) {
    assertThat(
            new PlatformConstraint(list(os), list(cpu), list(libc)).allows(NpmPlatform.musl("x64")))
        .isEqualTo(allowed);
  }

  private static List<String> list(@Nullable String words) {
    return words == null ? List.of() : List.of(words.split(" "));
  }
}
