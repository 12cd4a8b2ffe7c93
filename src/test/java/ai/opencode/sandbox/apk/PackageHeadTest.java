package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The signature and control segment of a package, apart from its data. */
class PackageHeadTest {

  private static final ASigningKey PACKAGER = ASigningKey.fixed("packager.rsa.pub");
  private static final ASigningKey OTHER = ASigningKey.named("packager.rsa.pub");
  private static final AnApk TOOL =
      AnApk.named("tool").withFile("usr/bin/tool", 0755, "tool").signed(PACKAGER);

  @Test
  void isFollowedByTheDataThePackageItself() throws IOException {
    PackageHead head = head(TOOL);

    assertThat(TarSegment.concat(head.bytes(), TOOL.data())).isEqualTo(TOOL.bytes());
    assertThat(head.control().info().label()).isEqualTo("tool-1.0-r0");
  }

  @Test
  void isTheSameReadFromThePackageOrAlone() throws IOException {
    for (AnApk apk : new AnApk[] {TOOL, AnApk.named("unsigned")}) {
      try (ApkReader reader =
          new ApkReader(new ByteArrayInputStream(apk.bytes()), apk.fileName())) {
        PackageHead read = reader.head(apk.toPackage().checksum());

        assertThat(read.signature()).isEqualTo(apk.signature());
        assertThat(read.bytes()).isEqualTo(head(apk).bytes());
        assertThat(head(apk).signature()).isEqualTo(apk.signature());
      }
    }
  }

  @Test
  void namesTheTrustedKeyThatSignedIt() throws IOException {
    assertThat(head(TOOL).signer(ASigningKey.ring(PACKAGER), "tool")).contains("packager.rsa.pub");
  }

  @Test
  void hasNoSignerAmongKeysOfTheSameName() throws IOException {
    assertThat(head(TOOL).signer(ASigningKey.ring(OTHER), "tool")).isEmpty();
  }

  @Test
  void hasNoSignerWithoutSignatureOrKey() throws IOException {
    assertThat(head(AnApk.named("unsigned")).signer(ASigningKey.ring(PACKAGER), "it")).isEmpty();
    assertThat(head(TOOL).signer(ASigningKey.ring(), "tool")).isEmpty();
  }

  @Test
  void hasNoSignerForTheControlSegmentOfAnotherPackage() throws IOException {
    PackageHead other = head(AnApk.named("trojan"));
    PackageHead mixed = new PackageHead(TOOL.signature(), other.control());

    assertThat(mixed.signer(ASigningKey.ring(PACKAGER), "trojan")).isEmpty();
  }

  @Test
  void knowsOneOfSeveralSignatures() throws IOException {
    AnApk both = TOOL.signed(OTHER.signingAs("RSA256"));

    assertThat(head(both).signer(ASigningKey.ring(OTHER), "tool")).contains("packager.rsa.pub");
  }

  @Test
  void refusesBytesThatAreNoHead() {
    byte[] head = TarSegment.concat(TOOL.signature(), TOOL.control());

    assertRefused(new byte[0]);
    assertRefused("text".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertRefused(TOOL.signature());
    assertRefused(Arrays.copyOf(head, head.length - 1));
    assertRefused(TarSegment.concat(head, head));
    assertRefused(TOOL.bytes());
  }

  private static void assertRefused(byte[] bytes) {
    assertThatThrownBy(() -> PackageHead.parse(bytes, "tool"))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("tool");
  }

  private static PackageHead head(AnApk apk) throws IOException {
    return PackageHead.parse(TarSegment.concat(apk.signature(), apk.control()), apk.fileName());
  }
}
