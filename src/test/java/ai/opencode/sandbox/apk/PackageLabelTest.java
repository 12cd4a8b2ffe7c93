package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PackageLabelTest {

  @Test
  void isTheFormOfApkAndOfFiles() {
    PackageLabel label = new PackageLabel("busybox-extras", ApkVersion.of("1.37.0-r19"));

    assertThat(label).hasToString("busybox-extras-1.37.0-r19");
    assertThat(label.fileName()).isEqualTo("busybox-extras-1.37.0-r19.apk");
  }
}
