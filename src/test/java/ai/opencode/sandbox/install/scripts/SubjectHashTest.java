package ai.opencode.sandbox.install.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hashes of subjects, which {@code openssl x509 -subject_hash} printed for the same names. */
class SubjectHashTest {

  @ParameterizedTest
  @CsvSource({
    "printable,           2faabc7f, 301431123010060355040313095465737420526f6f74",
    "UTF-8 with spaces,   2faabc7f, 301b3119301706035504030c1020205445535420090b20726f6f740d0a",
    "two spaces inside,   2faabc7f, 30153113301106035504030c0a546573742020526f6f74",
    "Latin 1,             1569e2e5, 300f310d300b060355040314045072fc66",
    "UTF-8,               1569e2e5, 3010310e300c06035504030c055072c3bc66",
    "UTF-16,              1569e2e5, 30133111300f06035504031e080050007200fc0066",
    "UTF-32,              1569e2e5, 301b3119301706035504031c100000005000000072000000fc00000066",
    "upper case ü,        51f8040b, 3010310e300c06035504030c055052c39c46",
    "IA5,                 25d83ae9, 3017311530130603550403160c526f6f74404578616d706c65",
    "C and O,             0d3103aa,"
        + " 301c310b3009060355040613024445310d300b060355040a0c0441636d65",
    "O and C,             f68bfbc0,"
        + " 301c310d300b060355040a0c0441636d65310b3009060355040613024445",
    "C with O in a set,   2db41cc5, 301a31183009060355040613024445300b060355040a0c0441636d65",
    "O with C in a set,   2db41cc5, 301a3118300b060355040a0c0441636d653009060355040613024445",
    "digits as they are,  4bb064b7, 3010310e300c060355040312053132203334",
    "bits as they are,    9d8e2d4a, 300e310c300a06035504030303004162",
    "no parts,            eea339da, 3000",
    "an empty text,       5da78770, 300b3109300706035504030c00",
  })
  void isThatOfOpenSsl(String what, String hash, String name) {
    assertThat(of(name)).as(what).isEqualTo(hash);
  }

  @Test
  void ofALongTextToo() {
    String start130 = "308190 31818d 30818a 0603550403 0c8182".replace(" ", "");
    String start300 = "3082013d 31820139 30820135 0603550403 0c82012c".replace(" ", "");

    assertThat(of(start130 + "61".repeat(130))).isEqualTo("6352320c");
    assertThat(of(start300 + "61".repeat(300))).isEqualTo("dbb5c2fe");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // No sequence, a part that is no set, a pair without its value.
        "3100",
        "300b3009300706035504030c00",
        "30093107300506035504" + "03",
        // Bytes that are no UTF-8.
        "300d310b300906035504030c02c328",
      })
  void refusesWhatIsNoName(String name) {
    assertThatThrownBy(() -> of(name)).isInstanceOf(IllegalArgumentException.class);
  }

  private static String of(String hex) {
    return SubjectHash.of(Der.first(HexFormat.of().parseHex(hex)));
  }
}
