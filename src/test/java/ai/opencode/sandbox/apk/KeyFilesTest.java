package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The files in {@code /etc/apk/keys}. */
class KeyFilesTest {

  private static final ASigningKey ONE = ASigningKey.fixed("one.rsa.pub");
  private static final ASigningKey TWO = ASigningKey.named("two.rsa.pub");

  private final KeyFiles both =
      KeyFiles.none().with(TWO.name(), TWO.pem()).with(ONE.name(), ONE.pem());

  @Test
  void areTheKeysOfARing() {
    assertThat(both.ring().fingerprints()).isEqualTo(ASigningKey.ring(ONE, TWO).fingerprints());
    assertThat(both.find(ONE.name())).hasValue(ONE.pem());
    assertThat(both.find("other.rsa.pub")).isEmpty();
    assertThat(both.isEmpty()).isFalse();
    assertThat(KeyFiles.none().isEmpty()).isTrue();
  }

  @Test
  void areInTheOrderOfTheirNames() {
    List<String> names = new ArrayList<>();

    both.forEach((name, pem) -> names.add(name + " " + pem.length));

    assertThat(names)
        .containsExactly("one.rsa.pub " + ONE.pem().length, "two.rsa.pub " + TWO.pem().length);
  }

  @Test
  void aFileReplacesThatOfItsName() {
    KeyFiles replaced = both.with(ONE.name(), TWO.pem());

    assertThat(replaced.find(ONE.name())).hasValue(TWO.pem());
    assertThat(both.find(ONE.name())).hasValue(ONE.pem());
  }

  @Test
  void someCanBeChosenByTheirFingerprints() {
    KeyFiles some =
        both.only((name, print) -> print.equals(both.ring().fingerprints().get(TWO.name())));

    assertThat(some.find(TWO.name())).isPresent();
    assertThat(some.find(ONE.name())).isEmpty();
    assertThat(both.find(ONE.name())).isPresent();
  }

  @Test
  void soundOnesAreKeys() {
    KeyFiles files = both.with("readme.pub", "no key".getBytes(StandardCharsets.US_ASCII));

    assertThat(files.sound().ring().fingerprints()).isEqualTo(both.ring().fingerprints());
    assertThat(files.find("readme.pub")).isPresent();
  }

  @Test
  void doNotChangeWithTheArraysOfTheCaller() {
    byte[] pem = ONE.pem();
    KeyFiles files = KeyFiles.of(Map.of(ONE.name(), pem));
    pem[0] = 0;

    assertThat(files.find(ONE.name())).hasValue(ONE.pem());
  }

  @Test
  void aFileThatIsNoKeyGivesNoRing() {
    KeyFiles files = both.with("readme.pub", "no key".getBytes(StandardCharsets.US_ASCII));

    assertThatThrownBy(files::ring)
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("readme.pub");
  }

  @Test
  void doNotChangeWithTheArrayOfAFile() {
    byte[] pem = ONE.pem();
    KeyFiles files = KeyFiles.none().with(ONE.name(), pem);
    pem[40]++;
    files.find(ONE.name()).orElseThrow()[41]++;

    assertThat(files.find(ONE.name())).hasValue(ONE.pem());
  }
}
