package ai.opencode.sandbox.upstream.standin;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.ApkVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DebianVersionTest {

  @ParameterizedTest
  @CsvSource({
    "1:2.39.5-0+deb12u3, 2.39.5-r300",
    "7.88.1-10+deb12u15, 7.88.1-r101500",
    "1:1.2.13.dfsg-1, 1.2.13-r10000",
    "2.4+20151223.gitfa8646d.1-2+b2, 2.4-r20002",
    "20250419~deb12u2, 20250419-r200",
    "590-2.1~deb12u2, 590-r20200",
    "2022f-0+deb12u1, 2022f-r100",
    "3.0~rc1-1, 3.0_rc1-r10000",
    "2:9.1.0016-1ubuntu7.8, 9.1.0016-r10708",
    "6.12~6.0, 6.12-r0",
  })
  void becomesAVersionOfApk(String debian, String apk) {
    assertThat(DebianVersion.toApk(debian)).isEqualTo(apk);
    assertThat(ApkVersion.of(apk).toString()).isEqualTo(apk);
  }

  @Test
  void keepsTheOrderOfUpdates() {
    String[] rising = {
      "1.0~rc1-1", "1.0-1", "1.0-1+b1", "1.0-1+deb12u1", "1.0-1+deb12u2", "1.0-2", "1.1-1"
    };
    for (int i = 1; i < rising.length; i++) {
      ApkVersion before = ApkVersion.of(DebianVersion.toApk(rising[i - 1]));
      assertThat(before).isLessThan(ApkVersion.of(DebianVersion.toApk(rising[i])));
    }
  }
}
