package ai.opencode.sandbox.definition.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of keys in the guide for platform teams, which has a row for each key of the file. */
class KeysPageTest {

  private static final Path PAGE = Path.of("src", "site", "markdown", "platform-team.md");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\| `");

  @Test
  void theTableHasARowForEachKeyAndNoOther() throws IOException {
    List<String> rows =
        ROW.matcher(Files.readString(PAGE)).results().map(each -> each.group(1)).toList();

    assertThat(rows)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Key.values()).map(KeysPageTest::path).toList());
  }

  private static String path(Key key) {
    return switch (key.section()) {
      case FILE -> key.word();
      case IMAGE -> "images.NAME." + key.word();
      case COPY -> "images.NAME.files.PATH." + key.word();
      case MIRRORS -> "mirrors." + key.word();
    };
  }
}
