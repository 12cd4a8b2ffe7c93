package ai.opencode.sandbox.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The blocks of the guides as they are written, without running them. */
class GuideBlocksTest {

  @Test
  void theCoordinatesAreThisProjects() throws IOException {
    String coordinates = GuideBlock.of("java-developer.md").get(0).text();
    String pom = Files.readString(Path.of("pom.xml"));
    for (String name : List.of("groupId", "artifactId", "version")) {
      String element = "<%s>[^<]+</%s>".formatted(name, name);
      assertThat(first(element, coordinates)).isEqualTo(first(element, pom));
    }
  }

  @Test
  void theVersionsForGradleAreThoseOfThisBuild() throws IOException {
    String gradle = GuideBlock.of("java-developer.md").get(1).text();
    String pom = Files.readString(Path.of("pom.xml"));
    Map<String, String> versions = new TreeMap<>();
    Pattern.compile("'[a-z.-]+:([a-z-]+):([^':]+)[':]")
        .matcher(gradle)
        .results()
        .forEach(each -> versions.put(each.group(1), each.group(2)));
    assertThat(versions).hasSize(4);
    versions.forEach(
        (name, version) ->
            assertThat(pom)
                .containsPattern(
                    "<(%s[.]version|version)>%s</".formatted(name, Pattern.quote(version))));
  }

  private static String first(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().findFirst().orElseThrow().group();
  }

  @Test
  void fewBlocksAreNotRun() throws IOException {
    Map<String, String> reasons = new TreeMap<>();
    for (String page : List.of("platform-team.md", "java-developer.md", "troubleshooting.md")) {
      for (GuideBlock block : GuideBlock.of(page)) {
        if (block.info().containsKey("not-run")) {
          reasons.put(block.place(), block.info().get("not-run"));
        }
      }
    }
    assertThat(reasons).hasSizeLessThanOrEqualTo(5);
    assertThat(reasons.values()).allSatisfy(reason -> assertThat(reason).startsWith("needs "));
  }
}
