package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.SharedData;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstalledDatabaseTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vectors/mini-3.17.10-aarch64/installed",
        "packages/root/usr/lib/apk/db/installed"
      })
  void writesBackARealDatabaseByteForByte(String file) throws IOException {
    byte[] text = Files.readAllBytes(SharedData.path(file));
    assertThat(InstalledDatabase.parse(new ByteArrayInputStream(text), file).toText())
        .isEqualTo(new String(text, StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"M:0:0:17777", "M:0:0:07777777", "M:0:0:8", "M:-1:0:755"})
  void refusesAnAccessThatNoFileHas(String line) throws IOException {
    String text = "P:a\nV:1-r0\nA:x86_64\nF:d\n" + line + "\n\n";

    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("uid:gid:mode");
    assertThat(parse(text.replace(line, "M:0:0:07755")).packages().get(0).directories().get(0))
        .extracting(InstalledPackage.Directory::access)
        .isEqualTo(new Access(07755, 0, 0));
  }

  private static InstalledDatabase parse(String text) throws IOException {
    return InstalledDatabase.parse(
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "the database");
  }
}
