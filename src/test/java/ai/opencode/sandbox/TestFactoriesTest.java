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

/**
 * A factory of tests, or of their arguments, assumes nothing: the tests that it would have made
 * would be in no report.
 */
class TestFactoriesTest {

  private static final Pattern NAMED = Pattern.compile("@MethodSource\\(\"(\\w+)\"\\)");
  private static final String METHOD_END = "\n  }\n";
  private static final Pattern ASSUMPTION =
      Pattern.compile("\\bassume[A-Z]\\w*\\(|\\bSharedData\\.path\\(|\\bRealRoot\\.\\w+\\(");

  @Test
  void assumeNothing() throws IOException {
    int factories = 0;
    List<String> assuming = new ArrayList<>();
    try (Stream<Path> sources = Files.walk(Path.of("src/test/java"))) {
      for (Path source : sources.filter(TestFactoriesTest::mayHaveFactories).toList()) {
        for (String factory : factories(Files.readString(source))) {
          factories++;
          if (ASSUMPTION.matcher(factory).find()) {
            assuming.add(source.getFileName() + ":\n" + factory);
          }
        }
      }
    }
    assertThat(assuming).isEmpty();
    assertThat(factories).isGreaterThan(30);
  }

  @Test
  void anAssumptionIsSeen() {
    String method =
        """
          @TestFactory
          Stream<DynamicTest> all() {
            assumeTrue(x);
            return y;
          }
        """;
    assertThat(factories(method)).singleElement().asString().containsPattern(ASSUMPTION);
    String source =
        """
          static Stream<X> all() {
            return of(SharedData.path("x"));
          }
          @MethodSource("all")
          void test(X x) {}
        """;
    assertThat(factories(source)).singleElement().asString().containsPattern(ASSUMPTION);
  }

  private static boolean mayHaveFactories(Path file) {
    return file.toString().endsWith(".java") && !file.endsWith("TestFactoriesTest.java");
  }

  private static List<String> factories(String source) {
    List<String> factories = new ArrayList<>();
    for (int at = source.indexOf("  @TestFactory\n");
        at >= 0;
        at = source.indexOf("  @TestFactory\n", at + 1)) {
      factories.add(method(source, at));
    }
    NAMED
        .matcher(source)
        .results()
        .forEach(
            named -> {
              Matcher method =
                  Pattern.compile("\n? {2}[\\w<>?, \\[\\]]+ " + named.group(1) + "\\(")
                      .matcher(source);
              if (method.find()) {
                factories.add(method(source, method.start()));
              }
            });
    return factories;
  }

  private static String method(String source, int start) {
    int end = source.indexOf(METHOD_END, start);
    return source.substring(start, end < 0 ? source.length() : end);
  }
}
