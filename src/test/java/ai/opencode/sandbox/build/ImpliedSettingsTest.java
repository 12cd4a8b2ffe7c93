package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImpliedSettingsTest {

  @TempDir private Path directory;
  private Path lock;

  @BeforeEach
  void nameTheLock() {
    lock = directory.resolve("sandbox.lock.json");
  }

  @Test
  void imagesThatLeaveThisMachineHaveOfficialContent() throws IOException {
    assertThat(upstream(standard(), false, true)).isEqualTo(UpstreamChoice.OFFICIAL);
    assertThat(upstream(standard(), false, false)).isEqualTo(UpstreamChoice.AUTO);
  }

  @Test
  void aNamedSourceIsAMirror() throws IOException {
    assertThat(upstream(standard(), true, true)).isEqualTo(UpstreamChoice.MIRROR);
  }

  @Test
  void aRequiredLockOfAMirrorIsFollowed() throws IOException {
    LockFile.empty(UpstreamKind.MIRROR).write(lock);

    assertThat(upstream(standard().withLockFile(lock, true), false, true))
        .isEqualTo(UpstreamChoice.MIRROR);
    assertThat(upstream(standard().withLockFile(lock, false), false, true))
        .isEqualTo(UpstreamChoice.OFFICIAL);
  }

  @Test
  void aChosenUpstreamStays() throws IOException {
    BuildSettings standIn = standard().withUpstream(UpstreamChoice.STAND_IN);

    assertThat(upstream(standIn, false, true)).isEqualTo(UpstreamChoice.STAND_IN);
  }

  @Test
  void aMirrorByDefaultGivesWayToWhatIsNamed() {
    List<String> tagged = List.of("@acme https://apk.acme.example/v1");

    assertThat(ImpliedSettings.takesMirror(UpstreamChoice.AUTO, List.of())).isTrue();
    assertThat(ImpliedSettings.takesMirror(UpstreamChoice.MIRROR, tagged)).isTrue();
    assertThat(ImpliedSettings.takesMirror(UpstreamChoice.AUTO, List.of("/srv/apk"))).isFalse();
    assertThat(ImpliedSettings.takesMirror(UpstreamChoice.OFFICIAL, List.of())).isFalse();
    assertThat(ImpliedSettings.takesMirror(UpstreamChoice.STAND_IN, tagged)).isFalse();
  }

  @Test
  void theStandInHasNoLockToRequire() {
    BuildSettings standIn =
        standard().withUpstream(UpstreamChoice.STAND_IN).withLockFile(lock, true);

    assertThatThrownBy(() -> ImpliedSettings.of(standIn, false, false, false))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("Leave --locked out");
  }

  private static BuildSettings standard() {
    return BuildSettings.standard();
  }

  private static UpstreamChoice upstream(
      BuildSettings settings, boolean namesSource, boolean leaving) throws IOException {
    return ImpliedSettings.of(settings, false, namesSource, leaving).inputs().upstream();
  }
}
