package ai.opencode.sandbox.npm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpmRcTest {

  @Test
  void readsAnIniFile() {
    assertThat(
            NpmRc.parse(
                """
                ; a comment
                # another
                registry = https://a.example/   ; why
                registry=https://b.example/\r
                "quoted" = "x ; y"
                single='s'
                escaped=a\\;b\\#c
                empty=
                novalue
                [section]
                hidden=1
                """,
                Map.of()))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "registry", "https://b.example/",
                "quoted", "x ; y",
                "single", "s",
                "escaped", "a;b#c",
                "empty", ""));
  }

  @Test
  void putsEnvironmentVariablesIn() {
    Map<String, String> environment = Map.of("A", "a$1", "B", "b");
    assertThat(NpmRc.expand("${A}-${B}", environment)).isEqualTo("a$1-b");
    assertThat(NpmRc.expand("x${NO}x", environment)).isEqualTo("x${NO}x");
    assertThat(NpmRc.expand("x${NO?}x${A?}", environment)).isEqualTo("xxa$1");
    assertThat(NpmRc.expand("\\${A}", environment)).isEqualTo("${A}");
  }

  @Test
  void takesAMissingFileForAnEmptyOne(@TempDir Path folder) {
    assertThat(NpmRc.read(folder.resolve(".npmrc"), Map.of())).isEmpty();
  }

  @Test
  void refusesAFileOfUnlikelySize(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve(".npmrc"), new byte[(1 << 20) + 1]);
    assertThatThrownBy(() -> NpmRc.read(file, Map.of()))
        .isInstanceOf(UsageException.class)
        .hasMessage(file + " has more than the allowed " + (1 << 20) + " bytes. Shorten it.");
  }
}
