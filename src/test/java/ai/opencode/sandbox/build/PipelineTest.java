package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.Upstream;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated
@Timeout(120)
class PipelineTest {

  private static final Platform AMD64 = Platform.LINUX_AMD64;
  private static final Platform ARM64 = Platform.LINUX_ARM64;
  private static final AnApk TOOL = AnApk.named("tool").withFile("usr/bin/tool", 0755, "#!tool");
  private static final AnApk OTHER =
      AnApk.named("other").withFile("usr/bin/other", 0755, "#!other");
  private static final ImageDefinition IMAGE = ASmallUpstream.image("tool");
  private static final ImageDefinition CHILD =
      ImageDefinition.from(IMAGE, "child").withPackages("other");

  @TempDir private Path folder;
  private final AProgressLog log = new AProgressLog();
  private final List<Upstream> chosen = new ArrayList<>();
  private ASmallUpstream upstream;
  private BuildSettings settings;

  @BeforeEach
  void start() throws Exception {
    upstream = ASmallUpstream.forBothPlatforms(folder.resolve("upstream"), TOOL, OTHER);
    settings = upstream.settings().withPlatforms(List.of(ARM64, AMD64));
  }

  @AfterEach
  void stop() throws Exception {
    upstream.close();
  }

  @Test
  void makesImagesInThePlansOrder() throws Exception {
    Pipeline.Result result = run(using(), CHILD, IMAGE);

    assertThat(result.images())
        .extracting(Pipeline.MadeImage::definition)
        .containsExactly(CHILD, IMAGE);
    assertThat(result.images())
        .allSatisfy(
            made ->
                assertThat(made.platforms())
                    .extracting(each -> each.manifest().platform())
                    .containsExactly(ARM64, AMD64));
    assertThat(result.platforms())
        .extracting(PlatformInputs::platform)
        .containsExactly(ARM64, AMD64);
  }

  @Test
  void makesAnImageForTheFirstToAsk() throws Exception {
    run(using(), IMAGE, CHILD);

    assertThat(log.lines("step image: small")).hasSize(2);
    assertThat(log.lines("step image: child")).hasSize(2);
  }

  @Test
  void makesAnImageThatIsRequestedTwiceOnce() throws Exception {
    Pipeline.Result result = run(using(), IMAGE, IMAGE);

    assertThat(result.images()).hasSize(2);
    assertThat(result.images().get(0)).isEqualTo(result.images().get(1));
    assertThat(log.lines("step image: small")).hasSize(2);
  }

  @Test
  void measuresEachImageInMilliseconds() throws Exception {
    long start = System.nanoTime();
    Pipeline.Result result = run(using(), IMAGE);
    long most = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

    long sum = result.images().get(0).platforms().stream().mapToLong(each -> each.millis()).sum();
    assertThat(sum).isPositive().isLessThanOrEqualTo(most);
  }

  @Test
  void locksEveryPlatformInOneLock() throws Exception {
    LockFile lock = run(using(), CHILD).lock().outcome();

    for (Platform platform : List.of(AMD64, ARM64)) {
      assertThat(lock.find("small", platform)).isPresent();
      assertThat(lock.find("child", platform)).isPresent();
      assertThat(lock.newest(platform, new RepositoryLocation(upstream.repository().toString())))
          .contains(1700000000L);
    }
  }

  @Test
  void locksNoIndexThatWasNotRead() throws Exception {
    LockFile lock = run(using(), IMAGE).lock().outcome();
    LockFile without =
        new LockFile(
            lock.upstream(), lock.entries(), LockFile.empty(UpstreamKind.MIRROR).indexes());
    without.write(file());

    assertThat(run(using(), IMAGE).lock().outcome()).isEqualTo(without);
  }

  @Test
  void tellsTheSupplyOfEachUpstream() throws Exception {
    Pipeline.Result result = run(using(), IMAGE);

    assertThat(chosen).hasSize(2).containsOnly(result.upstream());
    assertThat(log.lines("done upstream")).containsOnly("done upstream: mirror");
    assertThat(result.upstream().locations())
        .containsExactly(new RepositoryLocation(upstream.repository().toString()));
  }

  @Test
  void startsFromTheLockedBase() throws Exception {
    settings = upstream.settings().withBase(upstream.tagged()).withLockFile(file(), false);
    // The tag of an upstream for both platforms leads to an index.
    LockFile lock = run(using(), IMAGE).lock().outcome();
    lock.write(file());
    upstream.moveTheTag();

    assertThat(run(using(), IMAGE).lock().outcome()).isEqualTo(lock);
  }

  @Test
  void updatesALockInPart() throws Exception {
    settings = upstream.settings();
    LockFile lock = run(using(), CHILD).lock().outcome();
    ARepository.in(upstream.repository())
        .with(TOOL, TOOL.version("2.0-r0"), OTHER, OTHER.version("2.0-r0"))
        .signed(ASmallUpstream.KEY)
        .write();

    LockFile updated = run(new LockMode.Update(lock, Set.of("tool")), CHILD).lock().outcome();

    assertThat(updated.find("small", AMD64).orElseThrow().packages())
        .extracting(LockedPackage::version)
        .containsExactly(ApkVersion.of("2.0-r0"));
    assertThat(updated.find("child", AMD64).orElseThrow().packages())
        .isEqualTo(lock.find("child", AMD64).orElseThrow().packages());
  }

  @Test
  void refusesAStrictLockThatIsNotThere() {
    assertThatThrownBy(() -> run(new LockMode.Use(Optional.of(file()), true, false), IMAGE))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("--locked needs the lock file");
    assertThat(log.lines()).isEmpty();
  }

  @Test
  void refusesALockThatCallsOtherContentOfficial() throws Exception {
    ALock.of(UpstreamKind.OFFICIAL, "small", ALock.image(TOOL)).write(file());

    assertThatThrownBy(() -> run(using(), IMAGE))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("names the official upstream");
  }

  @Test
  void warnsOfAnArchiveOfUnconfirmedOrigin() throws Exception {
    ArchivePlace.Directory place = new ArchivePlace.Directory(folder.resolve("archive"));
    AnArchive.in(place).write(ALock.of(UpstreamKind.MIRROR, "small", ALock.image(TOOL)));
    settings =
        BuildSettings.standard()
            .withPlatforms(List.of(AMD64))
            .withUpstream(new UpstreamChoice.Archive(place))
            .withCache(upstream.cache());

    open(using()).close();

    assertThat(log.lines("warn Only the archive " + place)).hasSize(1);
  }

  @Test
  void refusesAPlanWithoutPlatforms() throws Exception {
    try (Pipeline pipeline = open(using())) {
      assertThatThrownBy(() -> pipeline.run(new BuildPlan(List.of(), List.of())))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void endsItsThreads() throws Exception {
    Set<Thread> before = workers();
    Set<Thread> begun;
    try (Pipeline pipeline = open(using())) {
      pipeline.run(BuildPlan.of(List.of(IMAGE, CHILD), List.of(AMD64)));
      begun = workers();
      begun.removeAll(before);
      assertThat(begun).isNotEmpty();
    }

    assertEnd(begun);
  }

  @Test
  void endsItsThreadsAfterAFailure() throws Exception {
    Set<Thread> before = workers();
    ImageDefinition bad = ImageDefinition.from(IMAGE, "bad").withPackages("nothing");

    assertThatThrownBy(() -> run(using(), IMAGE, CHILD, bad))
        .isInstanceOf(ResolutionException.class);

    Set<Thread> left = workers();
    left.removeAll(before);
    assertEnd(left);
  }

  /** A thread that has been told to end needs a moment. */
  private static void assertEnd(Set<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(5));
      assertThat(thread.isAlive()).isFalse();
    }
  }

  private static Set<Thread> workers() {
    Set<Thread> workers = new HashSet<>(Thread.getAllStackTraces().keySet());
    workers.removeIf(thread -> !thread.getName().equals("ahead"));
    return workers;
  }

  private Pipeline.Result run(LockMode mode, ImageDefinition... images) throws Exception {
    try (Pipeline pipeline = open(mode)) {
      return pipeline.run(BuildPlan.of(List.of(images), settings.platforms()));
    }
  }

  private Pipeline open(LockMode mode) throws Exception {
    Cache cache = new Cache(settings.cache());
    Supply supply = Supply.of(settings, cache, log);
    Supply watched = new Supply(supply.origin(), supply.archive(), chosen::add);
    return Pipeline.open(
        new Pipeline.Context(
            settings,
            cache,
            watched,
            () -> {
              throw new AssertionError("no registry");
            },
            log),
        mode);
  }

  private LockMode using() {
    return new LockMode.Use(Optional.of(file()), false, false);
  }

  private Path file() {
    return folder.resolve("sandbox.lock.json");
  }
}
