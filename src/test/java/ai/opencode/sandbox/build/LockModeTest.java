package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.ImageKey;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LockModeTest {

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void usesTheLockOfTheSettings(boolean strict, boolean downgrade) {
    Path file = Path.of("sandbox.lock.json");
    BuildSettings settings =
        BuildSettings.standard().withLockFile(file, strict).withAllowDowngrade(downgrade);

    assertThat(LockMode.of(settings))
        .isEqualTo(new LockMode.Use(Optional.of(file), strict, downgrade));
  }

  @Test
  void usesNoFileIfTheSettingsNameNone() {
    assertThat(LockMode.of(BuildSettings.standard()))
        .isEqualTo(new LockMode.Use(Optional.empty(), false, false));
  }

  @Nested
  class Update {

    private static final AnApk TOOL = AnApk.named("tool");
    private static final AnApk LIBRARY = AnApk.named("library");
    private static final AnApk OTHER = AnApk.named("other");
    private static final LockFile LOCK =
        ALock.of(UpstreamKind.MIRROR, "small", ALock.image(TOOL, LIBRARY))
            .with("child", Platform.LINUX_ARM64, ALock.image(OTHER, TOOL));

    @Test
    void splitsPackagesIntoThoseThatMoveAndThoseThatStay() {
      LockMode.Update update = new LockMode.Update(LOCK, Set.of("tool"));

      assertThat(update.choice(new ImageKey("small", Platform.LINUX_AMD64)).moving())
          .containsExactly(ALock.locked(TOOL));
      assertThat(update.choice(new ImageKey("small", Platform.LINUX_AMD64)).staying())
          .containsExactly(ALock.locked(LIBRARY));
      assertThat(update.choice(new ImageKey("child", Platform.LINUX_ARM64)).staying())
          .containsExactly(ALock.locked(OTHER));
    }

    @Test
    void hasNothingForImagesThatTheLockLacks() {
      LockMode.Update update = new LockMode.Update(LOCK, Set.of("tool"));

      assertThat(update.choice(new ImageKey("small", Platform.LINUX_ARM64)).moving()).isEmpty();
      assertThat(update.choice(new ImageKey("child", Platform.LINUX_AMD64)).staying()).isEmpty();
      assertThat(update.choice(new ImageKey("another", Platform.LINUX_AMD64)).staying()).isEmpty();
    }

    @Test
    void movesEverythingThatIsNamed() {
      LockMode.Update update = new LockMode.Update(LOCK, Set.of("tool", "library", "other"));

      assertThat(update.choice(new ImageKey("small", Platform.LINUX_AMD64)).moving())
          .extracting(LockedPackage::name)
          .containsExactly("tool", "library");
      assertThat(update.choice(new ImageKey("small", Platform.LINUX_AMD64)).staying()).isEmpty();
    }

    @Test
    void refusesNamesThatNoImageHas() {
      assertThatThrownBy(
              () -> new LockMode.Update(LOCK, Set.of("tool", "tol", "zip")).moving(Set.of("zip")))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "Neither the lock nor its base image has a package tol to update. Name packages of the"
                  + " lock: library, other, tool.");
    }

    @Test
    void takesNamesThatOnlyOneImageHas() {
      assertThat(new LockMode.Update(LOCK, Set.of("other")).moving()).containsExactly("other");
    }
  }
}
