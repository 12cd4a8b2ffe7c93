package ai.opencode.sandbox.guide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The messages that the page quotes, which the program must still have. */
class TroubleshootingTest {

  private static final Pattern MESSAGE = Pattern.compile("(?m)^\\*\\*`(.+)`\\*\\*$");
  private static final int FIXED = 10;

  @Test
  void theProgramHasEachMessage() throws IOException {
    String sources = sources();
    List<String> messages = messages();

    assertThat(messages).hasSizeGreaterThan(30).doesNotHaveDuplicates();
    for (String message : messages) {
      List<String> fixed = fixed(message);
      assertThat(fixed).as(message).anySatisfy(part -> assertThat(part).hasSizeGreaterThan(FIXED));
      for (String part : fixed) {
        assertThat(sources.contains(part)).as("%s: \"%s\"", message, part).isTrue();
      }
    }
  }

  @Test
  void eachMessageHasAnExplanation() throws IOException {
    String page = page();
    for (String message : messages()) {
      String rest =
          page.substring(page.indexOf("**`" + message) + message.length() + "**``**".length());
      assertThat(rest).as(message).matches("(?s)\n\n[A-Z`].*");
    }
  }

  private static List<String> messages() throws IOException {
    return MESSAGE.matcher(page()).results().map(each -> each.group(1)).toList();
  }

  /** Returns the parts of a message that are the same each time. */
  private static List<String> fixed(String message) {
    return Arrays.stream(message.replace("'", "\"").split("…", -1))
        .map(String::strip)
        .filter(part -> part.length() > 2)
        .toList();
  }

  private static String page() throws IOException {
    return Files.readString(Path.of("src", "site", "markdown", "troubleshooting.md"));
  }

  /** Returns the texts in the sources, those on several lines joined. */
  private static String sources() throws IOException {
    List<String> all = new ArrayList<>();
    for (String root : List.of("main", "standin")) {
      try (Stream<Path> files = Files.walk(Path.of("src", root, "java"))) {
        for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
          all.add(
              Files.readString(file)
                  .replaceAll("(?m)^\\s*(?://|\\*|/\\*\\*).*$", "")
                  .replaceAll("\"\\s*\\+\\s*\"", "")
                  .replace("\\\"", "'")
                  .replace("'", "\""));
        }
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
    return String.join("\n", all);
  }
}
