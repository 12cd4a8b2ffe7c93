package ai.opencode.sandbox.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.layer.PlannedLayer;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedPackage;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.upstream.ArchivePlace;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class BuildsTest {

  private static final Platform AMD64 = Platform.LINUX_AMD64;
  private static final Platform ARM64 = Platform.LINUX_ARM64;
  private static final AnApk TOOL = AnApk.named("tool").withFile("usr/bin/tool", 0755, "#!tool");
  private static final AnApk OTHER =
      AnApk.named("other").withFile("usr/bin/other", 0755, "#!other");
  private static final ImageDefinition IMAGE = ASmallUpstream.image("tool", "other");
  private static final ImageDefinition CHILD = ImageDefinition.from(IMAGE, "child");

  @TempDir private Path folder;
  private final AProgressLog log = new AProgressLog();
  private ASmallUpstream upstream;
  private BuildSettings settings;

  @BeforeEach
  void start() throws Exception {
    upstream = ASmallUpstream.forBothPlatforms(folder.resolve("upstream"), TOOL, OTHER);
    settings = upstream.settings().withLockFile(file(), false).withVersion("7");
  }

  @AfterEach
  void stop() throws Exception {
    upstream.close();
  }

  @Test
  void makesAnImageForEachDefinitionInTheirOrder() throws Exception {
    settings = settings.withPlatforms(List.of(ARM64, AMD64));

    List<BuiltImage> images = builds().images(cache(), List.of(CHILD, IMAGE));

    assertThat(images).extracting(BuiltImage::name).containsExactly("child", "small");
    for (BuiltImage image : images) {
      assertThat(image.version()).isEqualTo("7");
      assertThat(image.upstream()).isEqualTo(UpstreamKind.MIRROR);
      assertThat(image.platforms())
          .extracting(each -> each.manifest().platform())
          .containsExactly(ARM64, AMD64);
      ImageIndex index =
          ImageIndex.parse(cache().blobs().read(image.index().digest()), image.name());
      assertThat(index.forPlatform(AMD64, "the index").orElseThrow().digest())
          .isEqualTo(image.platforms().get(1).manifest().digest());
    }
    assertThat(images.get(0).index().digest()).isNotEqualTo(images.get(1).index().digest());
  }

  @Test
  void tellsHowEachPackageIsStored() throws Exception {
    settings = settings.withPlatforms(List.of(ARM64, AMD64));

    BuiltImage image = builds().images(cache(), List.of(IMAGE)).get(0);

    assertThat(image.planned())
        .filteredOn(PlannedLayer.Merged.class::isInstance)
        .flatExtracting(PlannedLayer::apk)
        .extracting(ApkFacts::label)
        .containsOnly("tool-1.0-r0", "other-1.0-r0");
  }

  @Test
  void knowsAllPackagesOfAChildAndTheirLayers() throws Exception {
    ImageDefinition parent = ASmallUpstream.image("tool");
    ImageDefinition child = ImageDefinition.from(parent, "child").withPackages("other");

    for (String run : List.of("made", "recalled")) {
      List<BuiltImage> images = builds().images(cache(), List.of(parent, child));

      assertThat(layersByPackage(images.get(0))).as(run).containsOnlyKeys("tool-1.0-r0");
      Map<String, List<Digest>> ofChild = layersByPackage(images.get(1));
      assertThat(ofChild).as(run).containsOnlyKeys("tool-1.0-r0", "other-1.0-r0");
      assertThat(ofChild.get("tool-1.0-r0"))
          .as(run)
          .isEqualTo(layersByPackage(images.get(0)).get("tool-1.0-r0"))
          .hasSize(1);
      assertThat(images.get(1).platforms().get(0).blobs())
          .as(run)
          .extracting(Descriptor::digest)
          .containsAll(ofChild.get("tool-1.0-r0"))
          .containsAll(ofChild.get("other-1.0-r0"));
    }
    assertThat(log.lines("done image: child")).last().asString().contains("nothing has changed");
  }

  private static Map<String, List<Digest>> layersByPackage(BuiltImage image) {
    Map<String, List<Digest>> layers = new TreeMap<>();
    image
        .platforms()
        .get(0)
        .software()
        .apk()
        .forEach(each -> layers.put(each.pkg().label(), each.layers()));
    return layers;
  }

  @Test
  void writesTheLockThatImagesWereMadeFrom() throws Exception {
    builds().images(cache(), List.of(IMAGE));

    LockFile lock = LockFile.read(file()).orElseThrow();
    assertThat(lock.find("small", AMD64).orElseThrow().packages())
        .extracting(LockedPackage::name)
        .containsExactly("other", "tool");
    assertThat(
            builds()
                .images(cache(), List.of(IMAGE))
                .get(0)
                .platforms()
                .get(0)
                .sizes()
                .reusedLayers())
        .isEqualTo(3);
  }

  @Test
  void warnsWhereThisJavaCompressesOtherwise() throws Exception {
    builds().images(cache(), List.of(IMAGE));

    assertThat(log.lines("warn This Java compresses").isEmpty()).isEqualTo(Gzip.isReproducible());
  }

  @Test
  void makesALockAndWritesNothing() throws Exception {
    builds().images(cache(), List.of(IMAGE));
    LockFile written = LockFile.read(file()).orElseThrow();
    offer(TOOL.version("2.0-r0"), OTHER.version("2.0-r0"));

    LockFile lock = builds().lock(cache(), List.of(IMAGE), Optional.empty());

    assertThat(versions(lock)).containsExactly("other 2.0-r0", "tool 2.0-r0");
    assertThat(LockFile.read(file())).contains(written);
  }

  @Test
  void updatesALockInPartAndWritesNothing() throws Exception {
    LockFile kept = builds().lock(cache(), List.of(IMAGE), Optional.empty());
    offer(TOOL, TOOL.version("2.0-r0"), OTHER, OTHER.version("2.0-r0"));

    LockFile lock = builds().lock(cache(), List.of(IMAGE), kept, Set.of("tool"));

    assertThat(versions(lock)).containsExactly("other 1.0-r0", "tool 2.0-r0");
    assertThat(file()).doesNotExist();
  }

  @Test
  void refusesToUpdateWhatTheLockLacks() throws Exception {
    LockFile kept = builds().lock(cache(), List.of(IMAGE), Optional.empty());

    assertThatThrownBy(() -> builds().lock(cache(), List.of(IMAGE), kept, Set.of("tol")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("a package tol");
  }

  @Test
  void archivesWhatTheLockNames() throws Exception {
    builds().images(cache(), List.of(IMAGE));
    ArchivePlace place = new ArchivePlace.Directory(folder.resolve("archive"));

    assertThat(builds().archive(cache(), List.of(IMAGE), place).place()).isEqualTo(place);
  }

  private static List<String> versions(LockFile lock) {
    return lock.find("small", AMD64).orElseThrow().packages().stream()
        .map(each -> each.name() + " " + each.version())
        .toList();
  }

  private void offer(AnApk... packages) {
    ARepository.in(upstream.repository()).with(packages).signed(ASmallUpstream.KEY).write();
  }

  private Builds builds() {
    return new Builds(
        settings,
        () -> {
          throw new AssertionError("no registry");
        },
        log);
  }

  private Cache cache() {
    return new Cache(settings.cache());
  }

  private Path file() {
    return folder.resolve("sandbox.lock.json");
  }
}
