package ai.opencode.sandbox.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.LockUpdate.Outcome;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockUpdateTest {

  private static final String COMMAND = "opencode-sandbox lock";
  private static final LockFile OLD = lock(UpstreamKind.OFFICIAL, Platform.LINUX_AMD64, "old");
  private static final LockFile NEW = lock(UpstreamKind.OFFICIAL, Platform.LINUX_AMD64, "newer");

  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = directory.resolve("sandbox.lock.json");
  }

  @Test
  void keepsOtherPlatformsOfTheSameUpstream() {
    LockFile arm = lock(UpstreamKind.OFFICIAL, Platform.LINUX_ARM64, "old");

    assertThat(LockUpdate.of(file, Optional.of(OLD), arm).now().platforms())
        .containsExactlyInAnyOrder(Platform.LINUX_AMD64, Platform.LINUX_ARM64);
    LockFile mirrored = lock(UpstreamKind.MIRROR, Platform.LINUX_ARM64, "old");
    assertThat(LockUpdate.of(file, Optional.of(OLD), mirrored).now()).isEqualTo(mirrored);
    assertThat(LockUpdate.of(file, Optional.empty(), arm).now()).isEqualTo(arm);
  }

  @Test
  void writesAFileThatIsMissing() throws IOException {
    assertThat(LockUpdate.of(file, Optional.empty(), NEW).write(false)).isEqualTo(Outcome.WRITTEN);
    assertThat(LockFile.read(file)).contains(NEW);
  }

  @Test
  void writesAFileThatExistsOnlyIfAskedTo() throws IOException {
    OLD.write(file);
    LockUpdate update = LockUpdate.of(file, Optional.of(OLD), NEW);

    assertThat(update.write(false)).isEqualTo(Outcome.LEFT);
    assertThat(LockFile.read(file)).contains(OLD);
    assertThat(update.write(true)).isEqualTo(Outcome.WRITTEN);
    assertThat(LockFile.read(file)).contains(NEW);
    assertThat(LockUpdate.of(file, Optional.of(NEW), NEW).write(false))
        .isEqualTo(Outcome.UP_TO_DATE);
  }

  @Test
  void requiresTheNewContent() {
    LockUpdate.of(file, Optional.of(NEW), NEW).requireUpToDate(COMMAND);

    assertThatThrownBy(() -> LockUpdate.of(file, Optional.of(OLD), NEW).requireUpToDate(COMMAND))
        .isInstanceOf(LockException.class)
        .hasMessage(file + " is not up to date. Update it with: opencode-sandbox lock --update");
    assertThatThrownBy(() -> LockUpdate.of(file, Optional.empty(), NEW).requireUpToDate(COMMAND))
        .isInstanceOf(LockException.class)
        .hasMessageStartingWith("There is no lock file ")
        .hasMessageEndingWith(" Write it with: opencode-sandbox lock");
  }

  @Test
  void ofAPartNeedsALock() {
    assertThat(LockUpdate.requirePresent(file, Optional.of(OLD), COMMAND)).isEqualTo(OLD);
    assertThatThrownBy(() -> LockUpdate.requirePresent(file, Optional.empty(), COMMAND))
        .isInstanceOf(LockException.class)
        .hasMessage(
            "There is no lock file "
                + file
                + " to update in part. Write it with: opencode-sandbox lock");
  }

  private static LockFile lock(UpstreamKind upstream, Platform platform, String npm) {
    return LockFile.empty(upstream)
        .with(
            "tools",
            platform,
            new LockedImage(null, List.of(), List.of(), List.of(), Digest.sha256(npm), null));
  }
}
