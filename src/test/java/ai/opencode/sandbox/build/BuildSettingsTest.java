package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.apk.RepositoryLine;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BuildSettingsTest {

  private static final BuildSettings STANDARD = BuildSettings.standard();
  private static final Instant TIME = Instant.ofEpochSecond(1_700_000_000);
  private static final RepositoryKey KEY =
      new RepositoryKey(
          ASmallUpstream.KEY.name(),
          new String(ASmallUpstream.KEY.pem(), StandardCharsets.US_ASCII));
  private static final Path FILE = Path.of("sandbox.lock.json");
  private static final List<String> WITH_PASSWORD = List.of("https://me:secret@mirror.example/a");

  static Stream<Arguments> changes() {
    RegistryAccess mirrored = RegistryAccess.standard().withMirrors(Map.of("a.example", "b"));
    return Stream.of(
        change(
            "platforms",
            List.of(Platform.LINUX_ARM64),
            s -> s.withPlatforms(List.of(Platform.LINUX_ARM64))),
        change(
            "inputs.upstream", UpstreamChoice.MIRROR, s -> s.withUpstream(UpstreamChoice.MIRROR)),
        change("inputs.base", ALock.BASE, s -> s.withBase(ALock.BASE)),
        change(
            "inputs.repositories",
            List.of(RepositoryLine.of("/a")),
            s -> s.withRepositories(List.of("/a"))),
        change(
            "inputs.npmRegistry",
            "https://npm.example",
            s -> s.withNpmRegistry("https://npm.example")),
        change(
            "inputs.basePackages", BasePackages.KEEP, s -> s.withBasePackages(BasePackages.KEEP)),
        change("lock.file", FILE, s -> s.withLockFile(FILE, false)),
        change("inputs.keys", List.of(KEY), s -> s.withKeys(List.of(KEY))),
        change("inputs.offline", true, s -> s.withOffline(true)),
        change("strictScripts", true, s -> s.withStrictScripts(true)),
        change("lock.acceptArchive", true, s -> s.withAcceptArchiveLock(true)),
        change("lock.allowDowngrade", true, s -> s.withAllowDowngrade(true)),
        change("stamp.version", "7", s -> s.withVersion("7")),
        change("stamp.creationTime", TIME, s -> s.withCreationTime(TIME)),
        change("stamp.attestations", Set.of(), s -> s.withAttestations(Set.of())),
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
    Map<String, Object> before = values(STANDARD, "");
    Map<String, Object> now = values(change.apply(STANDARD), "");

    for (String each : before.keySet()) {
      assertThat(now.get(each))
          .as(each)
          .isEqualTo(each.equals(component) ? value : before.get(each));
      assertThat(Objects.equals(now.get(each), before.get(each)))
          .as("%s has its standard value", each)
          .isEqualTo(!each.equals(component));
    }
  }

  /** Values of all components by their paths; those of settings in settings one by one. */
  private static Map<String, Object> values(Record settings, String path) throws Exception {
    Map<String, Object> values = new TreeMap<>();
    for (RecordComponent each : settings.getClass().getRecordComponents()) {
      Object value = each.getAccessor().invoke(settings);
      String name = path + each.getName();
      if (value instanceof InputSettings
          || value instanceof LockSettings
          || value instanceof ImageStamp) {
        values.putAll(values((Record) value, name + "."));
      } else {
        values.put(name, value);
      }
    }
    return values;
  }

  @Test
  void namesAllItsValuesInTheTable() throws Exception {
    Set<String> changed = changes().map(each -> (String) each.get()[0]).collect(Collectors.toSet());
    changed.add("lock.strict"); // comes with a file, in a test of its own

    assertThat(values(STANDARD, "").keySet()).isEqualTo(changed);
  }

  @Test
  void usesOnlyTheLockIfStrict() {
    assertThat(STANDARD.withLockFile(FILE, true).lock().strict()).isTrue();
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
    UpstreamChoice archive = new UpstreamChoice.Archive(new ArchivePlace.Directory(Path.of("a")));

    assertThat(STANDARD.withUpstream(archive).withLockFile(null, true).lock().strict()).isTrue();
  }

  @Test
  void keepsPasswordsOutOfAddresses() {
    BuildSettings settings = STANDARD.withRepositories(WITH_PASSWORD);

    assertThat(settings.inputs().repositories())
        .containsExactly(RepositoryLine.of("https://mirror.example/a"));
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
