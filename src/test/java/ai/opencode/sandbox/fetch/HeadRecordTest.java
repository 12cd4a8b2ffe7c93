package ai.opencode.sandbox.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.cache.Records;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The record of a package's head, whose control segment has the checksum that a lock names. */
class HeadRecordTest {

  private static final ASigningKey KEY = ASigningKey.fixed("packager.rsa.pub");

  private static PackageHead head(AnApk apk) throws IOException {
    return AFetchedPackage.of(apk).file().head();
  }

  private static byte[] content(PackageHead head) {
    return Records.content("heads", HeadRecord.FORMAT, head, codec(head));
  }

  private static HeadRecord codec(PackageHead head) {
    return new HeadRecord(
        Checksum.ofControlSegment(head.control().compressed()), "tool-1.0-r0.apk");
  }

  @Test
  void isReadAsItWasWritten() throws IOException {
    PackageHead head = head(AnApk.named("tool").signed(KEY));

    PackageHead read = Records.value("heads", HeadRecord.FORMAT, content(head), codec(head));

    assertThat(read.signature()).isEqualTo(head.signature()).isNotEmpty();
    assertThat(read.control().compressed()).isEqualTo(head.control().compressed());
    assertThat(read.control().info()).isEqualTo(head.control().info());
  }

  @Test
  void thatOfAnotherPackageIsRefused() throws IOException {
    PackageHead head = head(AnApk.named("tool").signed(KEY));
    PackageHead other = head(AnApk.named("other").signed(KEY));

    assertThatThrownBy(() -> Records.value("heads", HeadRecord.FORMAT, content(other), codec(head)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("tool-1.0-r0.apk")
        .hasMessageContaining("another package");
  }
}
