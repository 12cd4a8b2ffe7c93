package ai.opencode.sandbox.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BasePinTest {

  private static final Digest FIRST = Digest.sha256("first");
  private static final Digest SECOND = Digest.sha256("second");
  private static final Digest THIRD = Digest.sha256("third");
  private static final String NAME = "docker.io/library/alpine:3.24@";
  private static final BasePin PIN =
      BasePin.parse("# Why.\n" + NAME + SECOND + "\n" + FIRST + "\n", "base-image.txt");

  @Test
  void hasABaseImageAndThoseOfEarlierVersions() {
    assertThat(PIN.base()).isEqualTo(Reference.of(NAME + SECOND));
    assertThat(PIN.earlier()).containsExactly(FIRST);
  }

  @Test
  void movesTheImageToTheEarlierOnes() {
    assertThat(PIN.movedTo(THIRD).text())
        .isEqualTo("# Why.\n" + NAME + THIRD + "\n" + SECOND + "\n" + FIRST + "\n");
  }

  @Test
  void staysIfTheTagHasNotMoved() {
    assertThat(PIN.movedTo(SECOND)).isEqualTo(PIN);
  }

  @Test
  void namesAnImageOnceIfItsTagMovesBack() {
    assertThat(PIN.movedTo(FIRST).text())
        .isEqualTo("# Why.\n" + NAME + FIRST + "\n" + SECOND + "\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# Why.",
        "docker.io/library/alpine:3.24",
        "alpine@sha256:0000000000000000000000000000000000000000000000000000000000000000"
      })
  void refusesAnImageThatIsNotPinned(String text) {
    assertThatThrownBy(() -> BasePin.parse(text, "base-image.txt"))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("base-image.txt names no base image by tag and digest.");
  }

  @Test
  void refusesALineThatIsNotADigest() {
    assertThatThrownBy(() -> BasePin.parse(NAME + FIRST + "\n" + NAME + SECOND, "base-image.txt"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("which is not a digest");
  }

  @Test
  void isMissingOutsideOfACheckout(@TempDir Path directory) {
    assertThatThrownBy(() -> BasePin.read(directory.resolve("base-image.txt")))
        .isInstanceOf(UsageException.class)
        .hasMessageEndingWith(
            "base-image.txt, so the base image is not pinned there. Name another one with --base.");
  }

  @Test
  void ofTheProgramIsThatOfTheCheckout() throws Exception {
    BasePin checkout = BasePin.read(Path.of("layers", BasePin.FILE));

    assertThat(BasePin.ofProgram().text())
        .isEqualTo(Files.readString(Path.of("layers", BasePin.FILE)));
    assertThat(checkout.base()).isEqualTo(OfficialUpstream.base());
    assertThat(OfficialUpstream.isBase(checkout.base())).isTrue();
    assertThat(checkout.earlier())
        .isNotEmpty()
        .allSatisfy(
            digest ->
                assertThat(OfficialUpstream.isPinnedBase(checkout.base().withDigest(digest)))
                    .isTrue());
  }
}
