package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.SharedData;
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
}
