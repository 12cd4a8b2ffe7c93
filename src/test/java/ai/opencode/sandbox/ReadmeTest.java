package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The code in README.md, which must be the compiled code in src/it/embedding. */
class ReadmeTest {

  private static final Pattern BLOCK = Pattern.compile("(?s)```java\n(.*?)```");

  @Test
  void theLibrarySectionIsCompiledCode() throws IOException {
    List<String> blocks = blocks("## As a library");

    assertThat(blocks).hasSize(2).allSatisfy(ReadmeTest::assertCompiled);
  }

  /** The other block is one line for Testcontainers. */
  @Test
  void theRunInJavaIsCompiledCode() throws IOException {
    List<String> blocks = blocks("## Hardened runs");

    assertThat(blocks).hasSize(2);
    assertCompiled(blocks.get(0));
  }

  private static List<String> blocks(String heading) throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    int start = readme.indexOf(heading);
    return BLOCK
        .matcher(readme.substring(start, readme.indexOf("\n## ", start)))
        .results()
        .map(each -> plain(each.group(1)))
        .toList();
  }

  private static void assertCompiled(String block) {
    assertThat(block.lines().count()).isLessThanOrEqualTo(10);
    assertThat(examples()).anyMatch(example -> example.contains(block));
  }

  private static List<String> examples() {
    List<String> examples = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of("src/it/embedding"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        examples.add(plain(Files.readString(file)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return examples;
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
