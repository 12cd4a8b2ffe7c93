package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.archive.TextLines;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Apk and this program split records alike, or the record is refused. */
class EndOfLineTest {

  private static final String SOUND = "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:git\nV:1-r0\nT:a%s\n\n";
  private static final String INFO = "pkgname = git\npkgver = 1-r0\npkgdesc = a%s\n";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\rP:evil",
        "\r",
        "\u0000",
        "\u000b",
        "\f",
        "\u001b[31m",
        "\u0085P:evil",
        "\u007f"
      })
  void refusesControlCharactersInRecords(String text) {
    assertThatThrownBy(() -> PackageIndex.parse(stream(SOUND.formatted(text)), "APKINDEX"))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("APKINDEX: line 4 holds the control character U+");
    assertThatThrownBy(() -> InstalledDatabase.parse(stream(SOUND.formatted(text)), "installed"))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("installed: line 4 holds the control character U+");
    assertThatThrownBy(() -> PkgInfo.parse(stream(INFO.formatted(text)), "git.apk"))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("git.apk: .PKGINFO: line 3 holds the control character U+");
    assertThatThrownBy(() -> ApkPackage.named("git", "1-r0").with('T', "a" + text).build())
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("the field T holds a control character");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\t", "\u2028", "\u2029", "\u00e9", "\u00a0"})
  void keepsCharactersThatEndNoLine(String text) throws IOException {
    PackageIndex index = PackageIndex.parse(stream(SOUND.formatted(text)), "APKINDEX");

    assertThat(index.packages()).hasSize(1);
    assertThat(index.packages().get(0).toRecord()).contains("T:a" + text + "\n");
    assertThat(InstalledDatabase.parse(stream(SOUND.formatted(text)), "installed").toText())
        .isEqualTo(SOUND.formatted(text));
  }

  @Test
  void refusesWhatIsNotUtf8() {
    byte[] bytes = SOUND.formatted("\u00e9").getBytes(StandardCharsets.ISO_8859_1);

    assertThatThrownBy(() -> PackageIndex.parse(new ByteArrayInputStream(bytes), "APKINDEX"))
        .isInstanceOf(VerificationException.class)
        .hasMessage("APKINDEX: line 4 is not UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"git\rcurl", "git\tcurl", "git\u000bcurl", "git\r"})
  void separatesRequestsAndDependenciesAsApkDoes(String text) {
    assertThatThrownBy(() -> World.parse(text)).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> Dependency.listOf(text)).isInstanceOf(UsageException.class);
  }

  @Test
  void readsTriggersLineByLine() {
    Checksum a = new Checksum("a".repeat(40));
    Checksum b = new Checksum("b".repeat(40));
    String text = a + " /bin\r" + b + " /etc\n\n" + b + " /lib\n";

    assertThat(Triggers.parse(text, "the test").directories())
        .isEqualTo(Map.of(a, List.of("/bin\r" + b, "/etc"), b, List.of("/lib")));
  }

  @Test
  void splitsTextAtLineFeedsOnly() {
    assertThat(TextLines.of("")).isEmpty();
    assertThat(TextLines.of("\n")).isEqualTo(List.of(""));
    assertThat(TextLines.of("a\r\nb\u0085c\u2028d\n\ne"))
        .containsExactly("a\r", "b\u0085c\u2028d", "", "e");
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
