package ai.opencode.sandbox.attest.sbom;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OsReleaseTest {

  @Test
  void readsWhatAlpineWrites() {
    assertThat(
            OsRelease.parse(
                "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.24.2\nPRETTY_NAME=\"Alpine\"\n"))
        .contains(new OsRelease("alpine", "3.24.2"));
    assertThat(OsRelease.parse("ID=\"alpine\"\nVERSION_ID='3.24.2'"))
        .contains(new OsRelease("alpine", "3.24.2"));
  }

  @Test
  void knowsDistributionsWithoutRelease() {
    OsRelease rolling = OsRelease.parse("ID=arch\n").orElseThrow();
    assertThat(rolling.label()).isEmpty();
    assertThat(rolling.id()).isEqualTo("arch");
  }

  @Test
  void takesNoOtherTextForADistribution() {
    assertThat(OsRelease.parse("")).isEmpty();
    assertThat(OsRelease.parse("ID=\n")).isEmpty();
    assertThat(OsRelease.parse("ID=a b\n")).isEmpty();
    assertThat(OsRelease.parse("ID=" + "x".repeat(1000))).isEmpty();
    assertThat(OsRelease.parse("ID=alpine\nVERSION_ID=\"3 & 4\"")).isEmpty();
  }
}
