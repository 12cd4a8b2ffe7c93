package ai.opencode.sandbox.install.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.install.scripts.PemCertificates.Certificate;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The names of links to certificates by the hash of their subject. */
class HashLinksTest {

  private static final String HASH = "0a0b0c0d";

  private final SortedMap<String, Certificate> files = new TreeMap<>();

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "0a0b0c0d.0, true",
    "0a0b0c0d.10, true",
    "0a0b0c0d.01, false",
    "0a0b0c0d.1000000, false",
    "0a0b0c0.0, false",
    "0A0B0C0D.0, false",
    "0a0b0c0d.x, false",
  })
  void haveAHashAndANumber(String name, boolean isOne) {
    assertThat(HashLinks.isOne(name)).isEqualTo(isOne);
  }

  @Test
  void leadToEachCertificateOnce() {
    put("a", 1);
    put("b", 2);
    put("copy", 1);

    assertThat(HashLinks.of(files, Map.of())).isEqualTo(Map.of(HASH + ".0", "a", HASH + ".1", "b"));
  }

  @Test
  void keepTheirNumbers() {
    put("a", 1);
    put("b", 2);

    assertThat(HashLinks.of(files, Map.of(HASH + ".1", "a", HASH + ".0", "gone")))
        .isEqualTo(Map.of(HASH + ".0", "b", HASH + ".1", "a"));
  }

  @Test
  void areAtMostAsManyAsProgramsTry() {
    for (int i = 0; i < 300; i++) {
      put("c" + i, i);
    }

    assertThat(HashLinks.of(files, Map.of())).hasSize(256).containsKey(HASH + ".255");
  }

  private void put(String name, int number) {
    files.put(name, new Certificate(HASH, new Checksum(String.format("%040x", number))));
  }
}
