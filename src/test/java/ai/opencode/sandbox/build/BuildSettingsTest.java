package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BuildSettingsTest {

  private static final BuildSettings STANDARD = BuildSettings.standard();
  private static final Path FILE = Path.of("sandbox.lock.json");
  private static final List<String> WITH_PASSWORD = List.of("https://me:secret@mirror.example/a");

  static Stream<Arguments> changes() {
    RegistryAccess mirrored = RegistryAccess.standard().withMirrors(Map.of("a.example", "b"));
    return Stream.of(
        change(
            "platforms",
            List.of(Platform.LINUX_ARM64),
            s -> s.withPlatforms(List.of(Platform.LINUX_ARM64))),
        change("upstream", UpstreamChoice.MIRROR, s -> s.withUpstream(UpstreamChoice.MIRROR)),
        change("base", ALock.BASE, s -> s.withBase(ALock.BASE)),
        change("repositories", List.of("/a"), s -> s.withRepositories(List.of("/a"))),
        change("npmRegistry", "https://npm.example", s -> s.withNpmRegistry("https://npm.example")),
        change("lockFile", FILE, s -> s.withLockFile(FILE, false)),
        change("offline", true, s -> s.withOffline(true)),
        change("strictScripts", true, s -> s.withStrictScripts(true)),
        change("acceptArchiveLock", true, s -> s.withAcceptArchiveLock(true)),
        change("allowDowngrade", true, s -> s.withAllowDowngrade(true)),
        change("version", "7", s -> s.withVersion("7")),
        change("cache", FILE, s -> s.withCache(FILE)),
        change("registries", mirrored, s -> s.withRegistries(mirrored)));
  }

  private static Arguments change(
      String component, Object value, UnaryOperator<BuildSettings> change) {
    return Arguments.of(component, value, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void changesOneValueOnly(String component, Object value, UnaryOperator<BuildSettings> change)
      throws Exception {
    BuildSettings changed = change.apply(STANDARD);

    for (RecordComponent each : BuildSettings.class.getRecordComponents()) {
      Object now = each.getAccessor().invoke(changed);
      Object before = each.getAccessor().invoke(STANDARD);
      assertThat(now)
          .as(each.getName())
          .isEqualTo(each.getName().equals(component) ? value : before);
      assertThat(Objects.equals(now, before))
          .as("%s has its standard value", each.getName())
          .isEqualTo(!each.getName().equals(component));
    }
  }

  @Test
  void namesAllItsValuesInTheTable() {
    assertThat(changes().map(each -> each.get()[0]))
        .contains("platforms", "registries")
        .hasSize(BuildSettings.class.getRecordComponents().length - 1); // locked comes with a lock
    assertThat(Arrays.stream(BuildSettings.class.getRecordComponents()).map(each -> each.getName()))
        .contains("locked");
  }

  @Test
  void obeysALockWhollyWhereThatIsAsked() {
    assertThat(STANDARD.withLockFile(FILE, true).locked()).isTrue();
  }

  @Test
  void refusesToBuildForNoPlatform() {
    assertThatThrownBy(() -> STANDARD.withPlatforms(List.of()))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("No platform to build for");
  }

  @Test
  void refusesStrictnessWithoutALock() {
    assertThatThrownBy(() -> STANDARD.withLockFile(null, true))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("--locked needs a lock file");
  }

  @Test
  void takesTheArchivesLockForOne() {
    UpstreamChoice archive = new UpstreamChoice.Archive(new ArchivePlace.Folder(Path.of("a")));

    assertThat(STANDARD.withUpstream(archive).withLockFile(null, true).locked()).isTrue();
  }

  @Test
  void keepsPasswordsOutOfAddresses() {
    BuildSettings settings = STANDARD.withRepositories(WITH_PASSWORD);

    assertThat(settings.repositories()).containsExactly("https://mirror.example/a");
    assertThat(settings.network().settings().credentials()).hasSize(1);
  }

  @Test
  void keepsPasswordsWhereRegistriesChange() {
    BuildSettings settings = STANDARD.withRepositories(WITH_PASSWORD);

    assertThat(
            settings.withRegistries(RegistryAccess.standard()).network().settings().credentials())
        .isEqualTo(settings.network().settings().credentials());
  }
}
