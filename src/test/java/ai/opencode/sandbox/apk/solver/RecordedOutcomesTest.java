package ai.opencode.sandbox.apk.solver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The outcomes of random requests as apk 3.0.3 gave them, one line for each seed from 0; {@link
 * RandomComparisonIT} asks it again.
 */
class RecordedOutcomesTest {

  static List<String> outcomes() throws IOException {
    try (InputStream in = RecordedOutcomesTest.class.getResourceAsStream("outcomes.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  @Test
  void answersAsApk3Did() throws IOException {
    List<String> outcomes = outcomes();
    Map<Integer, String> differences = new TreeMap<>();
    for (int seed = 0; seed < outcomes.size(); seed++) {
      RandomRequest request = RandomRequest.of(seed);
      String ours = Outcome.of(request.toRequest()).toString();
      if (!ours.equals(outcomes.get(seed))) {
        differences.put(seed, request + "\nwe:  " + ours + "\napk: " + outcomes.get(seed));
      }
    }
    assertThat(differences).isEmpty();
    assertThat(outcomes).hasSizeGreaterThanOrEqualTo(1_000).contains("refused");
  }
}
