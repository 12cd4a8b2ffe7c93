package ai.opencode.sandbox.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The names of architectures; none is taken for another one. */
class ArchitectureNamesTest {

  @ParameterizedTest
  @CsvSource({
    "linux/amd64, x86_64, x64, 62, ld-musl-x86_64.so.1, x86_64-linux-gnu",
    "linux/arm64, aarch64, arm64, 183, ld-musl-aarch64.so.1, aarch64-linux-gnu"
  })
  void areThoseOfEachFormat(
      String platform, String apk, String npm, int elf, String musl, String triplet) {
    Platform named = Platform.of(platform);
    assertThat(named.apkArchitecture()).isEqualTo(apk);
    assertThat(named.npmCpu()).isEqualTo(npm);
    assertThat(named.machine().elfMachine()).isEqualTo(elf);
    assertThat(named.machine().muslLoader()).isEqualTo(musl);
    assertThat(named.machine().gnuTriplet()).isEqualTo(triplet);
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void leadBackToTheArchitecture(Architecture each) {
    assertThat(Architecture.ofOci(each.ociName())).hasValue(each);
    assertThat(Architecture.ofApk(each.apkName())).hasValue(each);
    assertThat(Architecture.ofElf(each.elfMachine())).hasValue(each);
    assertThat(Platform.ofMachine(each.ociName()).machine()).isEqualTo(each);
    assertThat(Platform.ofMachine(each.apkName()).machine()).isEqualTo(each);
  }

  @Test
  void ofHelpTextsAreAll() {
    assertThat(Architecture.PLATFORMS)
        .isEqualTo(
            Arrays.stream(Architecture.values())
                .map(each -> "linux/" + each.ociName())
                .collect(Collectors.joining(" or ")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"riscv64", "ppc64le", "x86", "amd64 ", "AMD64", "x86-64", ""})
  void ofAnUnknownMachineAreRefusedWithItsName(String name) {
    Platform machine = Platform.ofMachine(name);

    assertThat(machine).hasToString("linux/" + name);
    assertThatThrownBy(machine::apkArchitecture)
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "\"linux/" + name + "\" is not a supported platform. Use linux/amd64 or linux/arm64.");
    assertThatThrownBy(machine::npmCpu).isInstanceOf(UsageException.class);
  }
}
