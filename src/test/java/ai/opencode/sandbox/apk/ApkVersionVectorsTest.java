package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.SharedData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Comparisons by the real apk: several hundred are stored beside this test, in a section for each
 * rule; all measured ones are used if the shared data are available.
 */
class ApkVersionVectorsTest {

  @ParameterizedTest
  @CsvSource({
    "1.0, 1.0-r0",
    "1.0-r9, 1.0-r10",
    "1.2, 1.10",
    "1.01, 1.1",
    "9.0.0999-r0, 9.0.1000-r0",
    "1.0_alpha, 1.0",
    "1.0_rc1, 1.0_rc1_git20200101",
    "1.0, 1.0_p1",
    "1.0z, 1.1",
    "1.0-r5, 1.0a",
    "2023-r0, 2023c-r0",
    "1.999999999, 2.0",
    "1.99999999999999999999999, 2.0",
    "123456789012345678901, 123456789012345678902",
    "1.0-r1000000000000000000000, 1.0-r1000000000000000000001",
    // Rules that only apk 3 has.
    "1.0, 1.0~abc1234",
    "1.0~abc, 1.0~abd",
    "1.0~abc-r0, 1.0~abc-r1",
    "1.0~abc, 1.0.1",
    // A version outside the grammar is lower than its valid prefix.
    "1.0_foo, 1.0",
    "v1.0, 0.1"
  })
  void ordersAsApkDoes(String lower, String higher) {
    assertThat(ApkVersion.of(lower)).isLessThan(ApkVersion.of(higher));
    assertThat(ApkVersion.of(higher)).isGreaterThan(ApkVersion.of(lower));
  }

  @Test
  void ordersEveryPairThatIsKeptHere() throws IOException {
    SoftAssertions all = new SoftAssertions();
    List<String[]> pairs = kept("version-pairs.txt");
    for (String[] pair : pairs) {
      int order = Integer.signum(ApkVersion.of(pair[0]).compareTo(ApkVersion.of(pair[2])));
      all.assertThat(List.of("<", "=", ">").get(order + 1))
          .as(pair[0] + " ? " + pair[2])
          .isEqualTo(pair[1]);
    }
    all.assertThat(pairs).hasSizeGreaterThanOrEqualTo(200);
    all.assertAll();
  }

  @Test
  void matchesEveryRowThatIsKeptHere() throws IOException {
    SoftAssertions all = new SoftAssertions();
    List<String[]> rows = kept("version-matches.txt");
    for (String[] row : rows) {
      all.assertThat(Dependency.of("x" + row[1]).accepts(ApkVersion.of(row[0])) ? "yes" : "no")
          .as(row[0] + " " + row[1])
          .isEqualTo(row[2]);
    }
    all.assertThat(rows).hasSizeGreaterThanOrEqualTo(100);
    all.assertAll();
  }

  @Test
  void agreesWithTheRealApkOnEveryPair() throws IOException {
    SoftAssertions all = new SoftAssertions();
    for (String[] row : rows("vectors/version-compare.tsv")) {
      int order = Integer.signum(ApkVersion.of(row[0]).compareTo(ApkVersion.of(row[1])));
      all.assertThat("=<>".charAt(order == 0 ? 0 : order < 0 ? 1 : 2))
          .as(row[0] + " ? " + row[1])
          .isEqualTo(row[2].charAt(0));
    }
    all.assertAll();
  }

  @Test
  void agreesWithTheRealApkOnEveryMatch() throws IOException {
    SoftAssertions all = new SoftAssertions();
    for (String[] row : rows("vectors/version-match.tsv")) {
      if (!row[4].equals("invalid")) {
        all.assertThat(Dependency.of("x" + row[1] + row[2]).accepts(ApkVersion.of(row[0])))
            .as(String.join(" ", row))
            .isEqualTo(row[4].equals("y"));
      }
    }
    all.assertAll();
  }

  private static List<String[]> kept(String file) throws IOException {
    try (InputStream in = ApkVersionVectorsTest.class.getResourceAsStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#") && !line.isEmpty())
          .map(line -> line.split(" ", -1))
          .toList();
    }
  }

  private static List<String[]> rows(String file) throws IOException {
    return Files.readAllLines(SharedData.path(file)).stream()
        .filter(line -> !line.startsWith("#") && !line.isEmpty())
        .map(line -> line.split("\t", -1))
        .toList();
  }
}
