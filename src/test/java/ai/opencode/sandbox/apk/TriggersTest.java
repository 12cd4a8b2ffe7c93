package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The file of triggers as apk reads and writes it. */
class TriggersTest {

  private ApkPackage first;
  private ApkPackage second;

  @BeforeEach
  void makePackages() throws IOException {
    first = AnApk.named("first").toPackage();
    second = AnApk.named("second").toPackage();
  }

  @Test
  void hasDirectoriesByPackage() {
    Triggers triggers = parse(first.checksum() + " /usr/*  +/opt\n" + second.checksum() + " /a\n");

    assertThat(triggers.of(first)).containsExactly("/usr/*", "+/opt");
    assertThat(triggers.of(second)).containsExactly("/a");
    assertThat(Triggers.NONE.of(first)).isEmpty();
  }

  @Test
  void knowsAPackageInTheOtherNotation() {
    assertThat(parse("X1" + first.checksum().hex() + " /a\n").of(first)).containsExactly("/a");
  }

  @Test
  void joinsTwoLinesOfAPackage() {
    String checksum = first.checksum().toString();

    assertThat(parse(checksum + " /a\n" + checksum + " /b\n").toText())
        .isEqualTo(checksum + " /a /b\n");
  }

  @Test
  void writesWhatItReads() {
    String text = second.checksum() + " /usr/* +/opt\n" + first.checksum() + " /a\n";

    assertThat(parse(text).toText()).isEqualTo(text);
    assertThat(Triggers.NONE.toText()).isEmpty();
  }

  @Test
  void addsAPackageAtTheEnd() {
    Triggers both = Triggers.NONE.with(first, List.of("/a")).with(second, List.of("/b"));

    assertThat(both.with(first, List.of("/c")).toText())
        .isEqualTo(second.checksum() + " /b\n" + first.checksum() + " /c\n");
    assertThat(both.with(first, List.of())).isEqualTo(both);
  }

  @Test
  void selectsPackagesInItsOrderOrInTheirs() {
    Triggers both = Triggers.NONE.with(second, List.of("/b")).with(first, List.of("/a"));

    assertThat(both.only(List.of(first, second)).toText()).isEqualTo(both.toText());
    assertThat(both.only(List.of(first)).toText()).isEqualTo(first.checksum() + " /a\n");
    assertThat(both.asApk3(List.of(first, second)).toText())
        .isEqualTo(first.checksum() + " /a\n" + second.checksum() + " /b\n");
    assertThat(both.only(List.of()).isEmpty()).isTrue();
  }

  @Test
  void rejectsALineWithoutChecksum() {
    assertThatThrownBy(() -> parse(first.checksum() + " /a\n/usr/bin /b\n"))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("the test")
        .hasMessageContaining("/usr/bin");
  }

  private static Triggers parse(String text) {
    return Triggers.parse(text, "the test");
  }
}
