package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.report.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The content of a lock, its checks, and its updates. */
class LockingTest {

  private static final AnApk TOOL =
      AnApk.named("tool").depends("library").withFile("usr/bin/tool", 0755, "#!tool");
  private static final AnApk LIBRARY =
      AnApk.named("library").withFile("usr/lib/library.so", 0644, "library");
  private static final AnApk OTHER =
      AnApk.named("other").withFile("usr/bin/other", 0755, "#!other");
  private static final ImageDefinition IMAGE = ASmallUpstream.image("tool", "other");

  @TempDir private Path folder;

  @Test
  void namesKeysReasonsAndResult() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(folder, TOOL, LIBRARY, OTHER)) {
      build(upstream.settings().withLockFile(lockFile(), false));

      LockedImage locked = locked();
      assertThat(locked.keys()).containsOnlyKeys(ASmallUpstream.KEY.name());
      assertThat(locked.packages())
          .extracting(LockedPackage::name, each -> each.cause().requiredBy())
          .containsExactly(tuple("other", null), tuple("library", "tool"), tuple("tool", null));
      assertThat(locked.result()).isNotNull();
    }
  }

  @Test
  void theResultIsTheSameForEveryVersion() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(folder, TOOL, LIBRARY, OTHER)) {
      BuildSettings settings = upstream.settings().withLockFile(lockFile(), false);
      BuiltImage first = build(settings.withVersion("1.0.0"));
      String written = Files.readString(lockFile());

      BuiltImage second = build(settings.withVersion("2.0.0").withLockFile(lockFile(), true));

      assertThat(second.index().digest()).isNotEqualTo(first.index().digest());
      assertThat(Files.readString(lockFile())).isEqualTo(written);
    }
  }

  @Test
  void lockedRefusesAnotherResultOfTheSameInputs() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(folder, TOOL, LIBRARY, OTHER)) {
      BuildSettings settings = upstream.settings().withLockFile(lockFile(), false);
      build(settings);
      Digest before = locked().result();
      ImageDefinition changed = IMAGE.withEnvironment("A", "1");

      for (int i = 0; i < 2; i++) { // The second finds the image in the cache.
        assertThatThrownBy(() -> build(settings.withLockFile(lockFile(), true), changed))
            .isInstanceOf(LockException.class)
            .hasMessageContaining(
                lockFile() + " expects small for linux/amd64 to have the digest " + before)
            .hasMessageContaining("Build without --locked to update the lock");
      }
      build(settings, changed);
      assertThat(locked().result()).isNotEqualTo(before);
      build(settings.withLockFile(lockFile(), true), changed);
    }
  }

  @Test
  void refusesAForeignResultInTheLock() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(folder, TOOL, LIBRARY, OTHER)) {
      BuildSettings settings = upstream.settings().withLockFile(lockFile(), false);
      build(settings);
      String result = String.valueOf(locked().result());
      Files.writeString(
          lockFile(),
          Files.readString(lockFile()).replace(result, Digest.sha256("other").toString()));

      assertThatThrownBy(() -> build(settings.withLockFile(lockFile(), true)))
          .isInstanceOf(LockException.class)
          .hasMessageContaining(result);
    }
  }

  @Test
  void anUnknownKeyMustBeAccepted() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(folder, TOOL, LIBRARY, OTHER)) {
      BuildSettings settings = upstream.settings().withLockFile(lockFile(), false);
      build(settings);
      String fingerprint = String.valueOf(locked().keys().get(ASmallUpstream.KEY.name()));
      Files.writeString(
          lockFile(),
          Files.readString(lockFile()).replace(fingerprint, Digest.sha256("k").toString()));

      assertThatThrownBy(() -> build(settings.withCache(folder.resolve("empty"))))
          .isInstanceOf(LockException.class)
          .hasMessageContaining("trusts the key " + ASmallUpstream.KEY.name())
          .hasMessageContaining(fingerprint)
          .hasMessageContaining("lock --update");
    }
  }

  @Test
  void aPartialUpdateMovesWhatIsNamedAndWhatItNeeds() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(folder, TOOL, LIBRARY, OTHER)) {
      LockFile before = builder(upstream).relock(List.of(IMAGE));
      offer(
          upstream,
          TOOL.version("2.0-r0").depends("library>=2"),
          LIBRARY.version("2.0-r0"),
          OTHER,
          OTHER.version("2.0-r0"));

      LockFile tool = builder(upstream).relock(List.of(IMAGE), before, Set.of("tool"));
      LockFile other = builder(upstream).relock(List.of(IMAGE), before, Set.of("other"));
      LockFile all = builder(upstream).relock(List.of(IMAGE));

      assertThat(versions(tool)).containsExactly("other 1.0-r0", "library 2.0-r0", "tool 2.0-r0");
      assertThat(versions(other)).contains("other 2.0-r0");
      assertThat(versions(all)).containsExactly("other 2.0-r0", "library 2.0-r0", "tool 2.0-r0");
    }
  }

  @Test
  void anUpdateKeepsTheTreatmentOfTheBasesPackages() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(folder, TOOL, LIBRARY, OTHER)) {
      BuildSettings settings = upstream.settings();
      LockFile kept =
          new SandboxBuilder(settings.withBasePackages(BasePackages.KEEP), Progress.silent())
              .relock(List.of(IMAGE));

      assertThat(treatment(builder(upstream).relock(List.of(IMAGE), kept)))
          .isEqualTo(BasePackages.KEEP);
      assertThat(treatment(builder(upstream).relock(List.of(IMAGE))))
          .isEqualTo(BasePackages.UPGRADE);
      assertThat(
              treatment(
                  new SandboxBuilder(
                          settings.withBasePackages(BasePackages.UPGRADE), Progress.silent())
                      .relock(List.of(IMAGE), kept)))
          .isEqualTo(BasePackages.UPGRADE);
    }
  }

  private static BasePackages treatment(LockFile lock) {
    return Objects.requireNonNull(
            lock.find(IMAGE.name(), Platform.LINUX_AMD64).orElseThrow().base())
        .packages();
  }

  @Test
  void aPartialUpdateLeavesWhatStaysAsItIs() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(folder, TOOL, LIBRARY, OTHER)) {
      LockFile before = builder(upstream).relock(List.of(IMAGE));
      offer(upstream, TOOL, LIBRARY, LIBRARY.version("2.0-r0"), OTHER, OTHER.version("2.0-r0"));

      LockFile same = builder(upstream).relock(List.of(IMAGE), before, Set.of("tool"));
      LockFile library = builder(upstream).relock(List.of(IMAGE), before, Set.of("library"));

      assertThat(same).isEqualTo(before);
      assertThat(versions(library))
          .containsExactly("other 1.0-r0", "library 2.0-r0", "tool 1.0-r0");
    }
  }

  @Test
  void aPartialUpdateOfWhatTheLockDoesNotHaveIsRefused() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(folder, TOOL, LIBRARY, OTHER)) {
      LockFile before = builder(upstream).relock(List.of(IMAGE));

      assertThatThrownBy(() -> builder(upstream).relock(List.of(IMAGE), before, Set.of("tol")))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "Neither the lock nor its base image has a package tol to update. Name packages of the"
                  + " lock: library, other, tool.");
    }
  }

  @Test
  void aTagThatMovedStaysWhereTheLockHasIt() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(folder, TOOL, LIBRARY, OTHER)) {
      BuildSettings settings =
          upstream.settings().withBase(upstream.tagged()).withLockFile(lockFile(), false);
      BuiltImage first = build(settings);
      upstream.moveTheTag();

      BuiltImage second = build(settings.withLockFile(lockFile(), true));

      assertThat(second.index().digest()).isEqualTo(first.index().digest());
    }
  }

  private static void offer(ASmallUpstream upstream, AnApk... packages) throws Exception {
    ARepository.in(upstream.repository()).with(packages).signed(ASmallUpstream.KEY).write();
  }

  private static List<String> versions(LockFile lock) {
    return lock.find("small", Platform.LINUX_AMD64).orElseThrow().packages().stream()
        .map(each -> each.name() + " " + each.version())
        .toList();
  }

  private Path lockFile() {
    return folder.resolve("sandbox.lock.json");
  }

  private LockedImage locked() throws Exception {
    return LockFile.read(lockFile())
        .flatMap(lock -> lock.find("small", Platform.LINUX_AMD64))
        .orElseThrow();
  }

  private static SandboxBuilder builder(ASmallUpstream upstream) {
    return new SandboxBuilder(upstream.settings(), Progress.silent());
  }

  private static BuiltImage build(BuildSettings settings) throws Exception {
    return build(settings, IMAGE);
  }

  private static BuiltImage build(BuildSettings settings, ImageDefinition image) throws Exception {
    return new SandboxBuilder(settings, Progress.silent()).build(List.of(image)).get(0);
  }
}
