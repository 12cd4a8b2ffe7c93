package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.concurrent.TemporaryFiles;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.image.FinishedImage;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.npm.ANpmTarball;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class ImageStageTest {

  private static final AnApk TOOL = AnApk.named("tool").withFile("usr/bin/tool", 0755, "#!tool");
  private static final AnApk OTHER =
      AnApk.named("other").depends("tool").withFile("usr/bin/other", 0755, "#!other");
  private static final AnApk DAEMON =
      AnApk.named("daemon").script("post-install", "#!/bin/sh\nadduser -S daemon\n");
  private static final ANpmTarball PAD = ANpmTarball.named("pad").withFile("index.js", "pad");
  private static final ImageDefinition IMAGE = ASmallUpstream.image("tool");
  private static final ImageDefinition CHILD =
      ImageDefinition.from(IMAGE, "child").withPackages("other");
  private static final String VERSION = "org.opencontainers.image.version";
  private static final String UPSTREAM = "ai.opencode.sandbox.upstream";
  private static final String BASE_NAME = "org.opencontainers.image.base.name";
  private static final String BASE_DIGEST = "org.opencontainers.image.base.digest";

  /** The results of a build: the image, the lock, the messages and the opened files. */
  private record Built(FinishedImage image, LockFile lock, List<String> said, List<String> opened) {

    boolean isRecalled() {
      return said.stream().anyMatch(line -> line.endsWith(" (nothing has changed)"));
    }
  }

  @TempDir private Path folder;

  @BeforeEach
  void resultsAreLocked() {
    assumeTrue(Gzip.isReproducible(), "skipped: this JVM's zlib compresses otherwise");
  }

  @Nested
  class Assembles {

    @Test
    void anImageOnTheBase() throws Exception {
      Built built = build(IMAGE, workshop -> {});

      assertThat(built.image.layers()).hasSize(3);
      assertThat(built.image.annotations())
          .containsEntry(VERSION, "1")
          .containsEntry(UPSTREAM, "mirror")
          .containsEntry(BASE_NAME, "registry.example/alpine");
      assertThat(built.said)
          .contains("step image: small", "done image: small@" + built.image.manifest().digest());
    }

    @Test
    void anImageOnItsParent() throws Exception {
      try (AWorkshop workshop = open()) {
        BuildPlan plan = workshop.plan(IMAGE, CHILD);
        ImageStage stage = workshop.images(plan);

        FinishedImage child = stage.image(plan.on(workshop.platform).get(1));
        FinishedImage parent = stage.image(plan.on(workshop.platform).get(0));

        assertThat(child.blobs()).startsWith(parent.blobs().toArray(new Descriptor[0]));
        assertThat(child.layers()).hasSize(parent.layers().size() + 2);
        assertThat(workshop.log.lines("step image: small")).hasSize(1);
      }
    }

    @Test
    void eachImageOnce() throws Exception {
      try (AWorkshop workshop = open()) {
        workshop.upstreamKind = UpstreamKind.STAND_IN;
        ImageStage stage = workshop.images(workshop.plan(IMAGE));

        FinishedImage first = stage.image(workshop.planned(IMAGE));

        assertThat(stage.image(workshop.planned(IMAGE))).isEqualTo(first);
        assertThat(workshop.log.lines("step image: small")).hasSize(1);
      }
    }

    @Test
    void whileTheLayersOfChildrenAreMade() throws Exception {
      try (AWorkshop workshop = open()) {
        workshop.images(workshop.plan(IMAGE, CHILD)).image(workshop.planned(IMAGE));

        workshop.log.await("done layer: child");
      }
    }
  }

  @Nested
  class Dates {

    private FinishedImage made(AWorkshop workshop) throws Exception {
      return workshop.images(workshop.plan(IMAGE)).image(workshop.planned(IMAGE));
    }

    private Instant created(AWorkshop workshop, FinishedImage image) throws Exception {
      BlobStore blobs = workshop.cache.blobs();
      Manifest manifest = Manifest.parse(blobs.read(image.manifest().digest()), "a manifest");
      return ImageConfig.parse(blobs.read(manifest.config().digest()), "a configuration").created();
    }

    @Test
    void anImageWithTheBuildDateOfItsNewestPackage() throws Exception {
      try (AWorkshop workshop = open()) {
        assertThat(created(workshop, made(workshop)))
            .isEqualTo(Instant.ofEpochSecond(1_700_000_000));
      }
    }

    @Test
    void anImageWithoutADateThatNoFormatHas() throws Exception {
      AnApk late = AnApk.named("late").info("builddate", "253402300800");
      AnApk tool = AnApk.named("tool").depends("late").info("builddate", "1600000000");
      try (AWorkshop workshop = AWorkshop.in(folder, tool, late)) {
        assertThat(created(workshop, made(workshop)))
            .isEqualTo(Instant.ofEpochSecond(1_600_000_000));
      }
    }

    @Test
    void anImageAsAsked() throws Exception {
      Instant asked = Instant.parse("2026-11-28T14:00:00Z");
      try (AWorkshop workshop = open()) {
        FinishedImage standard = made(workshop);
        try (AWorkshop other = open()) {
          other.creationTime = asked;
          FinishedImage made = made(other);

          assertThat(created(other, made)).isEqualTo(asked);
          assertThat(made.manifest().digest()).isNotEqualTo(standard.manifest().digest());
        }
      }
    }

    @Test
    void aResultIsIndependentOfTheDate() throws Exception {
      try (AWorkshop workshop = open()) {
        FinishedImage standard = made(workshop);

        try (AWorkshop other = open()) {
          other.creationTime = Instant.EPOCH;
          assertThat(made(other).versionless()).isEqualTo(standard.versionless());
        }
      }
    }
  }

  @Nested
  class Locks {

    @Test
    void theInputsOfAnImageOnTheBase() throws Exception {
      try (AWorkshop workshop = open()) {
        ImageDefinition image = IMAGE.withNpm(AnNpmProject.of(PAD).build());
        ImageStage stage = workshop.images(workshop.plan(image));
        FinishedImage made = stage.image(workshop.planned(image));

        assertThat(workshop.lock().outcome().find("small", Platform.LINUX_AMD64))
            .contains(
                new LockedImage(
                    new LockedBase(
                        Objects.requireNonNull(workshop.base().reference()),
                        workshop.base().manifest(),
                        workshop.inputs().keyFingerprints(),
                        BasePackages.UPGRADE),
                    Dependency.listOf("tool"),
                    List.of(workshop.locked(TOOL, null)),
                    List.of(),
                    workshop.inputs().lockedInputs(workshop.planned(image)).npmLock(),
                    made.versionless(),
                    stage.carried(workshop.planned(image)).get(0).facts().digest()));
      }
    }

    @Test
    void theInputsOfAnImageOnAParent() throws Exception {
      LockFile lock = build(CHILD, workshop -> {}).lock;

      LockedImage child = lock.find("child", Platform.LINUX_AMD64).orElseThrow();
      assertThat(child.base()).isNull();
      assertThat(child.baseManifest()).isNull();
      assertThat(child.keys()).isEmpty();
      assertThat(child.requested()).isEqualTo(Dependency.listOf("other tool"));
      assertThat(child.packages()).extracting(each -> each.name()).containsExactly("other");
      assertThat(lock.find("small", Platform.LINUX_AMD64)).isPresent();
    }

    @Test
    void theSameResultForEveryVersion() throws Exception {
      Built first = build(IMAGE, workshop -> {});
      Built second = build(IMAGE, workshop -> workshop.using(first.lock).version = "2");

      assertThat(second.image.manifest()).isNotEqualTo(first.image.manifest());
      assertThat(second.lock).isEqualTo(first.lock);
    }

    @Test
    void nothingOfTheStandIn() throws Exception {
      assertThat(
              build(IMAGE, workshop -> workshop.upstreamKind = UpstreamKind.STAND_IN).lock.images())
          .isEmpty();
    }
  }

  @Nested
  class Recalls {

    @Test
    void theResultOfTheSameInputs() throws Exception {
      Built first = build(CHILD, workshop -> {});
      Built second = build(CHILD, workshop -> workshop.strictly(first.lock));

      assertThat(second.isRecalled()).isTrue();
      assertThat(second.image.manifest()).isEqualTo(first.image.manifest());
      assertThat(second.opened).isEmpty();
      assertThat(second.said)
          .containsExactly(
              "done image: child@" + first.image.manifest().digest() + " (nothing has changed)");
      assertThat(second.lock).isEqualTo(first.lock);
    }

    @Test
    void nothingWithoutItsRecords() throws Exception {
      Built first = build(IMAGE, workshop -> {});
      for (String kind :
          List.of("carried", "databases", "evidence", "heads", "keys", "layers", "packages")) {
        assertThat(folder.resolve("cache").resolve(kind)).isDirectory();
        TemporaryFiles.delete(folder.resolve("cache").resolve(kind));
      }
      try (AWorkshop workshop = open()) {
        Built second = built(IMAGE, workshop.strictly(first.lock));

        assertThat(second.isRecalled()).isFalse();
        assertThat(second.lock).isEqualTo(first.lock);
      }
      assertThat(build(IMAGE, workshop -> workshop.strictly(first.lock)).isRecalled()).isTrue();
    }

    @Test
    void nothingWhereTheLockDoesNotSettleIt() throws Exception {
      build(IMAGE, workshop -> {});

      assertThat(build(IMAGE, workshop -> {}).isRecalled()).isFalse();
    }

    @Test
    void nothingWhereTheLockDoesNotSettleTheParent() throws Exception {
      LockFile lock = build(CHILD, workshop -> {}).lock;
      LockFile child =
          LockFile.empty(UpstreamKind.MIRROR)
              .with(
                  "child",
                  Platform.LINUX_AMD64,
                  lock.find("child", Platform.LINUX_AMD64).orElseThrow());

      assertThat(build(CHILD, workshop -> workshop.using(child)).isRecalled()).isFalse();
    }

    @Test
    void anImageWithAnotherVersion() throws Exception {
      Built fresh = build(IMAGE, workshop -> workshop.version = "2");
      LockFile lock = build(IMAGE, workshop -> {}).lock;
      Built second = build(IMAGE, workshop -> workshop.strictly(lock).version = "2");

      assertThat(second.isRecalled()).isTrue();
      assertThat(second.image.annotations()).containsEntry(VERSION, "2");
      assertThat(second.image.manifest()).isEqualTo(fresh.image.manifest());
    }

    @Test
    void nothingOfAnotherUpstream() throws Exception {
      LockFile lock = build(IMAGE, workshop -> {}).lock;
      LockFile official =
          new LockFile(UpstreamKind.OFFICIAL, withoutResults(lock).entries(), lock.indexes());
      Built second =
          build(
              IMAGE,
              workshop -> {
                workshop.strictly(official);
                workshop.upstreamKind = UpstreamKind.OFFICIAL;
              });

      assertThat(second.isRecalled()).isFalse();
      assertThat(second.image.annotations()).containsEntry(UPSTREAM, "official");
    }

    @Test
    void nothingOfABaseWithAnotherName() throws Exception {
      LockFile lock = build(IMAGE, workshop -> {}).lock;
      Built second =
          build(
              IMAGE,
              workshop -> workshop.strictly(withoutResults(lock)).baseName = "other.example/base");

      assertThat(second.isRecalled()).isFalse();
      assertThat(second.image.annotations()).containsEntry(BASE_NAME, "other.example/base");
    }

    @Test
    void nothingOfABaseWithAnotherIndex() throws Exception {
      LockFile lock = build(IMAGE, workshop -> {}).lock;
      Built second =
          build(IMAGE, workshop -> workshop.strictly(withoutResults(lock)).baseIndex = true);

      assertThat(second.isRecalled()).isFalse();
      assertThat(second.image.annotations().get(BASE_DIGEST))
          .isNotEqualTo(lock.find("small", Platform.LINUX_AMD64).orElseThrow().baseManifest() + "");
    }

    @Test
    void nothingOfAnotherDefinition() throws Exception {
      LockFile lock = build(IMAGE, workshop -> {}).lock;
      ImageDefinition changed = IMAGE.withEnvironment("A", "1");

      assertThat(build(changed, workshop -> workshop.using(lock)).isRecalled()).isFalse();
      assertThat(build(changed, workshop -> workshop.using(lock)).isRecalled()).isTrue();
    }

    @Test
    void nothingOfOtherPackages() throws Exception {
      Built first = build(IMAGE, workshop -> {});
      AnApk rebuilt = AnApk.named("tool").withFile("usr/bin/tool", 0755, "#!rebuilt");
      Built second;
      try (AWorkshop workshop = AWorkshop.in(folder, rebuilt)) {
        second = built(IMAGE, workshop);
      }

      Built third = build(IMAGE, workshop -> workshop.using(first.lock));
      assertThat(third.image.manifest())
          .isEqualTo(first.image.manifest())
          .isNotEqualTo(second.image.manifest());
    }

    @Test
    void noResultWithUncheckedScripts() throws Exception {
      ImageDefinition image = ASmallUpstream.image("daemon");
      LockFile lock = build(image, workshop -> {}).lock;

      assertThat(build(image, workshop -> workshop.strictly(lock)).isRecalled()).isTrue();
      assertThatThrownBy(
              () -> build(image, workshop -> workshop.strictly(lock).strictScripts = true))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("daemon-1.0-r0 would run");
    }

    @Test
    void theResultOfAStrictBuild() throws Exception {
      LockFile lock = build(IMAGE, workshop -> workshop.strictScripts = true).lock;

      assertThat(
              build(IMAGE, workshop -> workshop.strictly(lock).strictScripts = true).isRecalled())
          .isTrue();
    }
  }

  @Nested
  class Expects {

    private LockFile wrong;

    @BeforeEach
    void expectAnotherResult() throws Exception {
      LockFile lock = build(IMAGE, workshop -> {}).lock;
      LockedImage image = lock.find("small", Platform.LINUX_AMD64).orElseThrow();
      wrong =
          lock.with(
              "small", Platform.LINUX_AMD64, image.withResult(Digest.sha256("another result")));
    }

    @Test
    void theLockedResultOfWhatItRecalls() {
      assertThatThrownBy(() -> build(IMAGE, workshop -> workshop.strictly(wrong)))
          .isInstanceOf(LockException.class)
          .hasMessageContaining("expects small for linux/amd64 to have the digest sha256:");
    }

    @Test
    void theLockedResultOfWhatItAssembles() {
      assertThatThrownBy(() -> build(IMAGE, workshop -> workshop.strictly(wrong).version = "2"))
          .isInstanceOf(LockException.class)
          .hasMessageContaining("expects small for linux/amd64 to have the digest sha256:");
    }

    @Test
    void theLockedResultOfAParent() throws Exception {
      LockFile child = build(CHILD, workshop -> {}).lock;
      LockFile lock =
          child.with(
              "small",
              Platform.LINUX_AMD64,
              wrong.find("small", Platform.LINUX_AMD64).orElseThrow());

      assertThatThrownBy(
              () -> build(CHILD, workshop -> workshop.strictly(lock).strictScripts = true))
          .isInstanceOf(LockException.class)
          .hasMessageContaining("expects small for linux/amd64 to have the digest sha256:");
    }
  }

  private static LockFile withoutResults(LockFile lock) {
    LockFile without = lock;
    for (String name : lock.images()) {
      LockedImage image = lock.find(name, Platform.LINUX_AMD64).orElseThrow();
      without = without.with(name, Platform.LINUX_AMD64, image.withResult(null));
    }
    return without;
  }

  private AWorkshop open() {
    AWorkshop workshop = AWorkshop.in(folder, TOOL, OTHER, DAEMON);
    workshop.origin.with(PAD);
    return workshop;
  }

  private Built build(ImageDefinition image, Consumer<AWorkshop> setting) throws Exception {
    try (AWorkshop workshop = open()) {
      setting.accept(workshop);
      return built(image, workshop);
    }
  }

  private static Built built(ImageDefinition image, AWorkshop workshop) throws Exception {
    FinishedImage made = workshop.images(workshop.plan(image)).image(workshop.planned(image));
    return new Built(
        made, workshop.lock().outcome(), workshop.log.lines(), workshop.origin.opened(""));
  }
}
