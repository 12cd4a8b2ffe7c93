package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.Golden.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoldenTest {

  private static final String DIGESTS = "# of layers\na1 small\na2 small, unpacked\n";

  @TempDir private Path directory;

  @Test
  void aStaleFileFailsAndStaysAsItIs() throws IOException {
    keep("list.txt", "old\n");

    assertThatThrownBy(() -> golden(Mode.COMPARE).assertText("list.txt", "new\n", "say so"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("list.txt: say so");
    assertThat(kept("list.txt")).isEqualTo("old\n");
  }

  @Test
  void aMissingFileFails() {
    assertThatThrownBy(() -> golden(Mode.COMPARE).assertText("list.txt", "new\n", "say so"))
        .isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @EnumSource(names = {"WRITE", "WRITE_PROMISES"})
  void aStaleFileIsWrittenWhereThatIsAsked(Mode mode) throws IOException {
    keep("list.txt", "old\n");

    golden(mode).assertText("list.txt", "new\n", "say so");
    golden(mode).assertText("deep/er/list.txt", "new\n", "say so");

    assertThat(kept("list.txt")).isEqualTo("new\n");
    assertThat(kept("deep/er/list.txt")).isEqualTo("new\n");
  }

  @ParameterizedTest
  @EnumSource(names = {"COMPARE", "WRITE"})
  void aPromiseIsNotWrittenOnTheWay(Mode mode) throws IOException {
    keep("lock.json", "old\n");
    keep("digests.txt", DIGESTS);

    assertThatThrownBy(() -> golden(mode).assertPromise("lock.json", "new\n", "undo that"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("lock.json: undo that");
    assertThatThrownBy(
            () -> golden(mode).assertPromisedLine("digests.txt", "small", "b1", "raise FORMAT"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("digests.txt, small: raise FORMAT")
        .hasMessageContaining("a1");
    assertThatThrownBy(
            () -> golden(mode).assertPromisedLine("digests.txt", "other", "b1", "raise FORMAT"))
        .isInstanceOf(AssertionError.class);
    assertThat(kept("lock.json")).isEqualTo("old\n");
    assertThat(kept("digests.txt")).isEqualTo(DIGESTS);
  }

  @Test
  void aPromiseIsWrittenWhereThatIsAskedByName() throws IOException {
    keep("lock.json", "old\n");
    keep("digests.txt", DIGESTS);

    golden(Mode.WRITE_PROMISES).assertPromise("lock.json", "new\n", "undo that");
    golden(Mode.WRITE_PROMISES).assertPromisedLine("digests.txt", "small", "b1", "raise FORMAT");
    golden(Mode.WRITE_PROMISES).assertPromisedLine("digests.txt", "of layers", "b3", "");

    assertThat(kept("lock.json")).isEqualTo("new\n");
    assertThat(kept("digests.txt"))
        .isEqualTo("# of layers\nb1 small\na2 small, unpacked\nb3 of layers\n");
  }

  @Test
  void equalResultsPass() throws IOException {
    keep("list.txt", "same\n");
    keep("digests.txt", DIGESTS);

    golden(Mode.COMPARE).assertText("list.txt", "same\n", "");
    golden(Mode.COMPARE).assertPromise("list.txt", "same\n", "");
    golden(Mode.COMPARE).assertPromisedLine("digests.txt", "small, unpacked", "a2", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "true", "WRITE", "src/test/resources"})
  void anUnknownModeIsRefused(String name) {
    assertThatThrownBy(() -> Mode.of(name)).hasMessageContaining("write-promises");
  }

  private Golden golden(Mode mode) {
    return new Golden(directory, mode);
  }

  private void keep(String file, String text) throws IOException {
    Files.writeString(directory.resolve(file), text);
  }

  private String kept(String file) throws IOException {
    return Files.readString(directory.resolve(file));
  }
}
