package ai.opencode.sandbox.install.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Elements of certificates, with lengths in each form of X.690, 8.1.3. */
class DerTest {

  @Test
  void anElementHasTagAndContent() {
    Der element = der("0403 0a0b0c ffff");

    assertThat(element.tag()).isEqualTo(0x04);
    assertThat(element.contentBytes()).isEqualTo(bytes("0a0b0c"));
    assertThat(element.bytes()).isEqualTo(bytes("0403 0a0b0c"));
    assertThat(element.as(0x04)).isSameAs(element);
  }

  @Test
  void aTagIsUnsigned() {
    assertThat(der("a0 00").tag()).isEqualTo(0xa0);
  }

  @Test
  void anElementMayBeEmpty() {
    assertThat(der("0500").contentBytes()).isEmpty();
    assertThat(der("3000").children()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"04 81 80", "04 82 0080", "04 83 000080", "04 84 00000080"})
  void aLengthMayHaveSeveralBytes(String head) {
    byte[] content = new byte[0x80];
    Arrays.fill(content, (byte) 7);

    assertThat(der(head, content).contentBytes()).isEqualTo(content);
    assertThat(der(head, content).bytes()).hasSize(bytes(head).length + 0x80);
  }

  @Test
  void theFirstByteOfALengthCountsMost() {
    assertThat(der("04 82 0102", new byte[0x102]).contentBytes()).hasSize(0x102);
    assertThat(der("04 83 010000", new byte[0x10000]).contentBytes()).hasSize(0x10000);
  }

  @Test
  void refusesAnIndefiniteLengthWithAnyContent() {
    byte[] content = new byte[0x100];

    assertThatThrownBy(() -> der("04 80", content)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void childrenAreInTheirOrder() {
    assertThat(der("30 08 0201 05 3003 0201 07").children())
        .extracting(Der::tag, child -> HexFormat.of().formatHex(child.bytes()))
        .containsExactly(tuple(0x02, "020105"), tuple(0x30, "3003020107"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // nothing
        "04", // no length
        "04 01", // no content
        "04 03 0102", // too little content
        "1f 01 00", // a tag of several bytes
        "04 80 00 00", // an indefinite length
        "04 82 00", // half of a length
        "04 85 0000000001 00", // a length of more than four bytes
        "04 84 ffffffff 00", // a negative number for Java
        "04 84 7fffffff 00", // a length after which an index overflows
      })
  void refusesWhatIsNotWhole(String hex) {
    assertThatThrownBy(() -> der(hex)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aChildEndsWithItsParent() {
    Der parent = der("30 03 0402 01 02");

    assertThatThrownBy(parent::children).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> der("30 01 05 00").children())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesAnotherTagAndTooFewChildren() {
    Der sequence = der("30 04 0500 0500");

    assertThat(sequence.children(2)).hasSize(2);
    assertThatThrownBy(() -> sequence.children(3)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> sequence.as(0x31)).isInstanceOf(IllegalArgumentException.class);
  }

  private static Der der(String hex) {
    return Der.first(bytes(hex));
  }

  private static Der der(String head, byte[] content) {
    byte[] start = bytes(head);
    byte[] all = Arrays.copyOf(start, start.length + content.length);
    System.arraycopy(content, 0, all, start.length, content.length);
    return Der.first(all);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }
}
