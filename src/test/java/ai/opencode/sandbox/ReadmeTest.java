package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The links and the code of README.md and its pages; code must be that in src/it/embedding. */
class ReadmeTest {

  private static final Pattern BLOCK = Pattern.compile("(?s)```java\n(.*?)```");

  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]*)(?:#([^)]*))?\\)");

  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  @Test
  void theLibrarySectionIsCompiledCode() throws IOException {
    List<String> blocks = blocks("README.md", "## As a library");

    assertThat(blocks).hasSize(2).allSatisfy(ReadmeTest::assertCompiled);
  }

  @Test
  void theRunInJavaIsCompiledCode() throws IOException {
    List<String> blocks = blocks("src/site/markdown/agent-platform.md", "## A run in Java");

    assertThat(blocks).hasSize(1).allSatisfy(ReadmeTest::assertCompiled);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void linksLeadToFilesAndHeadings(Path page) throws IOException {
    List<String> lost = new ArrayList<>();
    for (MatchResult link : LINK.matcher(Files.readString(page)).results().toList()) {
      Path file = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
      boolean there = Files.exists(file);
      if (there && link.group(2) != null) {
        there = headings(file).contains(link.group(2));
      }
      if (!there) {
        lost.add(link.group());
      }
    }

    assertThat(lost).isEmpty();
  }

  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(Path.of("README.md")));
    for (String directory : List.of("src/site/markdown", ".github")) {
      try (Stream<Path> files = Files.list(Path.of(directory))) {
        files.filter(each -> each.toString().endsWith(".md")).sorted().forEach(pages::add);
      }
    }
    return pages;
  }

  /** Returns the names by which links lead to headings: as GitHub makes them. */
  private static List<String> headings(Path page) throws IOException {
    return HEADING
        .matcher(Files.readString(page))
        .results()
        .map(each -> each.group(1).toLowerCase(Locale.ROOT))
        .map(each -> each.replaceAll("[^a-z0-9 _-]", "").replace(' ', '-'))
        .toList();
  }

  private static List<String> blocks(String page, String heading) throws IOException {
    String text = Files.readString(Path.of(page));
    int start = text.indexOf(heading);
    return BLOCK
        .matcher(text.substring(start, text.indexOf("\n## ", start)))
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
