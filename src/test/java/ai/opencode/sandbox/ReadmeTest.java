package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The code in README.md, which must be the compiled code in src/it/embedding. */
class ReadmeTest {

  private static final Pattern BLOCK = Pattern.compile("(?s)```java\n(.*?)```");

  @Test
  void theLibrarySectionIsCompiledCode() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    int start = readme.indexOf("## As a library");
    String section = readme.substring(start, readme.indexOf("\n## ", start));
    List<String> examples = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of("src/it/embedding"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        examples.add(plain(Files.readString(file)));
      }
    }
    Matcher blocks = BLOCK.matcher(section);
    int seen = 0;
    for (; blocks.find(); seen++) {
      String block = plain(blocks.group(1));
      assertThat(block.lines().count()).isLessThanOrEqualTo(10);
      assertThat(examples).anyMatch(example -> example.contains(block));
    }
    assertThat(seen).isEqualTo(2);
  }

  /** Removes indentation and comments at the ends of lines. */
  private static String plain(String code) {
    StringBuilder plain = new StringBuilder();
    code.lines()
        .map(line -> line.replaceFirst("\\s+// .*", "").strip())
        .forEach(line -> plain.append(line).append('\n'));
    return plain.toString();
  }
}
