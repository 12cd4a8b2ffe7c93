package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.DatabaseState;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.build.BuildPlan.PlannedImage;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.image.ImageFiles;
import ai.opencode.sandbox.install.InstalledRoot;
import ai.opencode.sandbox.install.scripts.CertificateFlaws;
import ai.opencode.sandbox.install.scripts.ScriptReport;
import ai.opencode.sandbox.layer.LayeredRoot;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class PrefetchTest {

  private static final ImageDefinition IMAGE = ASmallUpstream.image("tool");
  private static final PlannedImage NODE = new PlannedImage(Platform.LINUX_AMD64, IMAGE, null);
  private static final PlannedImage OTHER = new PlannedImage(Platform.LINUX_ARM64, IMAGE, null);

  @TempDir private Path folder;
  private final Prefetch prefetch = new Prefetch();
  private final AtomicInteger calls = new AtomicInteger();

  @AfterEach
  void close() {
    prefetch.close();
  }

  @Test
  void makesEachResultOnce() throws Exception {
    ResolvedImage first = prefetch.resolved(NODE, this::resolve);
    ResolvedImage second =
        prefetch.resolved(new PlannedImage(NODE.platform(), IMAGE, null), this::resolve);
    prefetch.layered(NODE, this::layer);
    prefetch.layered(NODE, this::layer);

    assertThat(second).isSameAs(first);
    assertThat(calls).hasValue(2);
  }

  @Test
  void makesAnotherResultForAnotherImage() throws Exception {
    prefetch.resolved(NODE, this::resolve);
    prefetch.resolved(OTHER, this::resolve);

    assertThat(calls).hasValue(2);
  }

  @Test
  void givesTheLayersThatWereBegun() throws Exception {
    LayeredImage[] begun = new LayeredImage[1];
    prefetch.beginLayered(NODE, () -> begun[0] = layer());

    LayeredImage asked = prefetch.layered(NODE, this::layer);

    assertThat(asked).isSameAs(begun[0]);
    assertThat(calls).hasValue(1);
  }

  @Test
  void worksBesideItsCaller() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    prefetch.beginLayered(
        NODE,
        () -> {
          asked.await();
          return layer();
        });
    assertThat(calls).hasValue(0);

    asked.countDown();

    assertThat(prefetch.layered(NODE, this::layer)).isNotNull();
    assertThat(calls).hasValue(1);
  }

  @Test
  void beginsTheWorkOnDescendantsOnce() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    for (int i = 0; i < 2; i++) {
      prefetch.beginDescendants(
          NODE,
          () -> {
            calls.incrementAndGet();
            begun.countDown();
          });
    }

    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    prefetch.close();
    assertThat(calls).hasValue(1);
  }

  @Test
  void throwsTheFailureToEachCaller() {
    prefetch.beginLayered(
        NODE,
        () -> {
          throw new IOException("no layers");
        });

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> prefetch.layered(NODE, this::layer))
          .isInstanceOf(IOException.class)
          .hasMessage("no layers");
    }
    assertThat(calls).hasValue(0);
  }

  @Test
  void dropsTheFailureOfAnUnusedResult() throws Exception {
    CountDownLatch failed = new CountDownLatch(2);
    prefetch.beginLayered(
        NODE,
        () -> {
          failed.countDown();
          throw new IOException("no layers");
        });
    prefetch.beginDescendants(
        NODE,
        () -> {
          failed.countDown();
          throw new IllegalStateException("no descendants");
        });
    assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();

    assertThat(prefetch.resolved(NODE, this::resolve)).isNotNull();
    assertThat(prefetch.layered(OTHER, this::layer)).isNotNull();
    prefetch.close();
  }

  @Test
  void endsWhatIsUnderWay() throws Exception {
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch ended = new CountDownLatch(2);
    prefetch.beginLayered(
        NODE,
        () -> {
          untilInterrupted(begun, ended);
          return layer();
        });
    prefetch.beginDescendants(NODE, () -> untilInterrupted(begun, ended));
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

    prefetch.close();

    assertThat(ended.getCount()).isZero();
  }

  private static void untilInterrupted(CountDownLatch begun, CountDownLatch ended)
      throws IOException {
    begun.countDown();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      ended.countDown();
      throw new IOException(e);
    }
  }

  private ResolvedImage resolve() {
    calls.incrementAndGet();
    return new ResolvedImage.Locked(List.of(), List.of());
  }

  private LayeredImage layer() throws IOException {
    FetchedImage fetched =
        new FetchedImage(new ResolvedImage.Locked(List.of(), List.of()), List.of());
    calls.incrementAndGet();
    Root view = AWorkshop.in(folder).baseView();
    LayeredRoot root =
        new LayeredRoot(
            List.of(),
            new InstalledRoot(view, List.of(), InstalledDatabase.empty(), Set.of()),
            DatabaseState.empty(),
            new ScriptReport(List.of(), List.of(), CertificateFlaws.NONE, false));
    World world = World.parse("");
    return new LayeredImage(
        fetched,
        root,
        new RootDatabase(root.database().installed(), world),
        List.of(),
        ImageFiles.of(IMAGE, OwnSources.none(), root, world));
  }
}
