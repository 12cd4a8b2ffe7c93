package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Each integration test is sorted by its needs, so that {@code scripts/test --only TAG} finds it
 * and it is skipped for the same reason as its like.
 */
class IntegrationTestNeedsTest {

  private static final Path SOURCES = Path.of("src/test/java");
  private static final String NOTHING = "build";
  private static final Set<String> NEEDS =
      Set.of("engine", "images", "root", "real-data", "oracle", NOTHING);

  @Test
  void areDeclaredByEachClass() throws Exception {
    List<String> unsorted = new ArrayList<>();
    List<Path> sources = integrationTests();
    assertThat(sources).hasSizeGreaterThan(20);
    for (Path source : sources) {
      Set<String> tags = tags(source);
      boolean sorted = !tags.isEmpty() && NEEDS.containsAll(tags);
      if (!sorted || (tags.contains(NOTHING) && tags.size() > 1)) {
        unsorted.add(source.getFileName() + " " + String.join(" ", tags));
      }
    }
    assertThat(unsorted).isEmpty();
  }

  @Test
  void areAllDescribedToContributors() throws IOException {
    String described = Files.readString(Path.of(".github/CONTRIBUTING.md"));
    assertThat(NEEDS).allSatisfy(need -> assertThat(described).contains("| `" + need + "` |"));
  }

  private static List<Path> integrationTests() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      return files.filter(file -> file.toString().endsWith("IT.java")).sorted().toList();
    }
  }

  private static Set<String> tags(Path source) throws ClassNotFoundException {
    String name = SOURCES.relativize(source).toString().replace(".java", "").replace('/', '.');
    Class<?> type = Class.forName(name, false, IntegrationTestNeedsTest.class.getClassLoader());
    return AnnotationSupport.findRepeatableAnnotations(type, Tag.class).stream()
        .map(Tag::value)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
