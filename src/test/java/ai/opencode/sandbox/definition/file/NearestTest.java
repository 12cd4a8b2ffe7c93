package ai.opencode.sandbox.definition.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {

  private static final List<String> WORDS = List.of("from", "packages", "env", "ca", "base");

  @ParameterizedTest
  @CsvSource({
    "form, from",
    "frm, from",
    "froms, from",
    "packges, packages",
    "pakcages, packages",
    "ENV, env",
    "bsae, base",
    "cb, ca"
  })
  void findsTheWordThatIsMeant(String word, String meant) {
    assertThat(Nearest.to(word, WORDS)).contains(meant);
  }

  @ParameterizedTest
  @CsvSource({"a", "c", "x", "services", "permform", "''"})
  void findsNoneThatIsFar(String word) {
    assertThat(Nearest.to(word, WORDS)).isEmpty();
  }

  @Test
  void doesNotCompareLongWords() {
    assertThat(Nearest.to("a".repeat(1_000_000), List.of("a".repeat(999_999)))).isEmpty();
  }
}
