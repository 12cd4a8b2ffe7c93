package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The rules of language for comments, messages and names of tests: a sentence names its subject
 * first, and each thing has the word of the glossary in the root package.
 */
class WordsTest {

  /** Openings that leave a sentence's subject open until its end. */
  private static final Pattern OPENING =
      Pattern.compile("\\(?(?:Who|Whoever|Whom|Whose|What|Whatever|Where|Wherever|Nobody)\\b");

  /** Words with a more exact equivalent: directory, be, contain, follow, require, use. */
  private static final Pattern WORD =
      Pattern.compile(
          "(?<![-\\w$./])(?:folders?|travel(?:s|led|ling)?|obey(?:s|ed|ing)?|insist(?:s|ed|ing)?"
              + "|stands?|stood|standing|speaks?|spoken?|speaking|whoever|nobody(?!:))(?![-\\w(]|\\.\\w)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern METHOD = Pattern.compile("\\bvoid (\\w+)\\(");

  /** Texts that are part of an image's bytes: another word would change its digest. */
  private static final Set<String> BYTES_OF_IMAGES =
      Set.of("Folders and first files of the stand-in's root");

  @Test
  void commentsAndMessagesFollowTheRules() throws IOException {
    assertThat(findings().values().stream().flatMap(List::stream).toList())
        .as("Name the subject first, and use the words of the glossary")
        .isEmpty();
  }

  @Test
  void findsOpeningsAndWordsInCommentsAndMessages() {
    String source =
        """
        /** Reads. Where it is long, a {@code folder} is cut.
         *
         * @param folder that which
         *     travels
         */
        // Fine here,
        // and one may stand here. Who knows.
        String s = "it obeys " + "the \\" order"; // not a stand-in
        char c = '"'; Path folder = folder("folder");
        """;
    assertThat(check("A.java", Prose.ofJava(source)))
        .containsExactly(
            "A.java:1: Where: Where it is long, a … is cut.",
            "A.java:3: travels: that which travels",
            "A.java:6: stand: Fine here, and one may stand here.",
            "A.java:7: Who: Who knows.",
            "A.java:8: obeys: it obeys the \" order");
    assertThat(check("a", Prose.ofScript("#!/bin/sh\ncd folder # the folder\necho \"a folder\"")))
        .containsExactly("a:2: folder: the folder", "a:3: folder: a folder");
    assertThat(check("A.java", namesOf("\nvoid whoObeys() {}\nvoid theStandInHasAFolder()")))
        .containsExactly("A.java:2: Who: Who obeys", "A.java:3: folder: The stand-in has a folder");
    assertThat(check("a.md", Prose.ofMarkdown("# A\n\nIt is a\n`folder`. What\nelse?\n\n- folder")))
        .containsExactly("a.md:4: What: What else?", "a.md:7: folder: folder");
  }

  /** Returns the findings by the file's directory; by the file itself outside of Java sources. */
  private static Map<String, List<String>> findings() throws IOException {
    Map<String, List<String>> findings = new TreeMap<>();
    for (Path file : files()) {
      String path = file.toString().replace('\\', '/');
      String source = Files.readString(file);
      Prose prose =
          path.endsWith(".java")
              ? Prose.ofJava(source)
              : path.endsWith(".md") ? Prose.ofMarkdown(source) : Prose.ofScript(source);
      List<String> found = check(path, prose);
      if (path.startsWith("src/test/") && path.endsWith(".java")) {
        found.addAll(check(path, namesOf(source)));
      }
      if (!found.isEmpty()) {
        String place = path.endsWith(".java") ? path.substring(0, path.lastIndexOf('/')) : path;
        findings.computeIfAbsent(place, unknown -> new ArrayList<>()).addAll(found);
      }
    }
    return findings;
  }

  /** Returns the names of methods as sentences. */
  private static Prose namesOf(String source) {
    List<Prose.Sentence> names = new ArrayList<>();
    List<String> lines = source.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      Matcher method = METHOD.matcher(lines.get(i));
      if (method.find()) {
        String words = method.group(1).replaceAll("(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
        String sentence = words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
        names.add(new Prose.Sentence(i + 1, true, sentence.replaceAll("(?i)(stand) in", "$1-in")));
      }
    }
    return new Prose(names);
  }

  private static List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String root : List.of("src", "scripts", ".github", "README.md")) {
      try (Stream<Path> all = Files.walk(Path.of(root))) {
        all.filter(Files::isRegularFile)
            .filter(file -> isProse(file.toString().replace('\\', '/')))
            .sorted()
            .forEach(files::add);
      }
    }
    return files;
  }

  private static boolean isProse(String path) {
    return path.startsWith("scripts/")
        ? !path.substring(path.lastIndexOf('/')).contains(".") || path.matches(".*\\.(?:sh|py)")
        : path.endsWith(".java") || path.endsWith(".md");
  }

  private static List<String> check(String path, Prose prose) {
    List<String> found = new ArrayList<>();
    for (Prose.Sentence each : prose.sentences()) {
      Matcher opening = OPENING.matcher(each.text());
      Matcher word = WORD.matcher(each.text());
      boolean example = path.endsWith("/WordsTest.java") && !each.comment();
      if (example || BYTES_OF_IMAGES.contains(each.text())) {
        continue;
      }
      if (opening.lookingAt()) {
        found.add(finding(path, each, opening.group().replace("(", "")));
      } else if (word.find()) {
        found.add(finding(path, each, word.group().toLowerCase(Locale.ROOT)));
      }
    }
    return found;
  }

  private static String finding(String path, Prose.Sentence where, String what) {
    return path + ":" + where.line() + ": " + what + ": " + where.text();
  }
}
