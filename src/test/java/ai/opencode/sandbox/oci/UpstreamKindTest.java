package ai.opencode.sandbox.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.VerificationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UpstreamKindTest {

  /** The words are labels of images, so they must not change. */
  @Test
  void isReadFromTheWordOfTheLabel() {
    assertThat(UpstreamKind.of("official")).contains(UpstreamKind.OFFICIAL);
    assertThat(UpstreamKind.of("mirror")).contains(UpstreamKind.MIRROR);
    assertThat(UpstreamKind.of("archive")).contains(UpstreamKind.ARCHIVE);
    assertThat(UpstreamKind.of("stand-in")).contains(UpstreamKind.STAND_IN);
    assertThat(UpstreamKind.of("STAND_IN")).isEmpty();
    assertThat(UpstreamKind.of("")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"OFFICIAL", "MIRROR"})
  void mayLeaveIfTheOriginIsKnown(UpstreamKind kind) {
    assertThat(kind.mayLeave()).isTrue();
    assertThatCode(() -> kind.requireMayLeave("tools is", "registry.example/"))
        .doesNotThrowAnyException();
  }

  @Test
  void refusesStandInImagesAndNamesTheRemedy() {
    assertThatThrownBy(() -> UpstreamKind.STAND_IN.requireMayLeave("tools is", "registry.example/"))
        .isInstanceOf(VerificationException.class)
        .hasMessage(
            "tools is made from the stand-in and must not leave this machine: not sent to"
                + " registry.example/. Build with --upstream official or mirror.");
  }

  @Test
  void refusesImagesFromAnArchiveAndNamesTheRemedy() {
    assertThatThrownBy(() -> UpstreamKind.ARCHIVE.requireMayLeave("tools is", "registry.example/"))
        .isInstanceOf(VerificationException.class)
        .hasMessage(
            "tools is made from an archive of inputs of unconfirmed origin and must not leave this"
                + " machine: not sent to registry.example/. Build with a lock of your own (--lock),"
                + " or with --accept-archive-lock.");
  }
}
