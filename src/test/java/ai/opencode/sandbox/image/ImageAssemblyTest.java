package ai.opencode.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.definition.ContainerSettings;
import ai.opencode.sandbox.definition.FilesystemSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.OwnedDirectory;
import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.definition.SymbolicLink;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.image.BuiltImage.BuiltPlatform;
import ai.opencode.sandbox.layer.StagedLayer;
import ai.opencode.sandbox.layer.StagedLayer.Obtained;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The step that makes an image of layers, files and settings. */
class ImageAssemblyTest {

  private static final ImageDefinition IMAGE =
      ASmallUpstream.image("tool")
          .withContainer(
              new ContainerSettings(
                  Map.of("Z", "1", "PATH", "/bin", "B", "2", "A", "3"),
                  "/work",
                  List.of("/bin/start"),
                  List.of("sh", "-c")))
          .withDirectory(new OwnedDirectory("/work", 0770, 1000, 7))
          .withFile(new StaticFile("/etc/motd", 0604, "hello"))
          .withLabel("com.example.team", "tools");

  private static final List<String> UNSORTED = List.of("Z=1", "A=3");

  @TempDir private static Path folder;
  private static Cache cache;
  private static StagedLayer packages;
  private static StagedLayer npm;
  private static StagedRoot staged;
  private static AssembledImage made;

  /** Jib runs for one image, which most of the tests look at. */
  @BeforeAll
  static void assembleIt() throws IOException {
    cache = new Cache(folder.resolve("cache"));
    packages = AStagedRoot.layer(cache, "packages", Obtained.MADE);
    npm = AStagedRoot.layer(cache, "npm", Obtained.REUSED);
    staged =
        new AStagedRoot()
            .ofBaseLayersOfType(MediaType.DOCKER_LAYER_GZIP)
            .with(packages)
            .withNpm(npm)
            .in(cache, IMAGE);
    made = assemble(staged, IMAGE);
  }

  @Test
  void hasTheLayersInTheirOrderAndThenItsFiles() throws IOException {
    List<Descriptor> layers = made.image().blobs();

    assertThat(layers).hasSize(4).allMatch(each -> each.mediaType().equals(MediaType.LAYER_GZIP));
    assertThat(layers.subList(1, 3)).containsExactly(packages.blob(), npm.blob());
    assertThat(manifest(made).layers()).isEqualTo(layers);
    assertThat(files(layers.get(3)))
        .contains(
            "work 770 1000:7",
            "etc 755 0:0",
            "etc/motd 604 0:0 hello",
            "etc/apk/world 644 0:0 tool\n");
    assertThat(made.config().diffIds().subList(1, 3))
        .containsExactly(packages.diffId(), npm.diffId());
  }

  @Test
  void tellsThePlansOfItsOwnLayers() {
    assertThat(made.image().layers().stream().map(ImageLayer::planned))
        .containsExactly(
            Optional.empty(),
            Optional.of(packages.planned()),
            Optional.of(npm.planned()),
            Optional.empty());
  }

  @Test
  void namesItsLayersInTheHistory() {
    assertThat(made.config().history().stream().map(ImageConfig.History::createdBy))
        .startsWith("base", "npm packages", "npm npm")
        .hasSize(4);
    assertThat(made.config().history().get(3).comment()).isEqualTo(JibStep.FILES);
  }

  @Test
  void startsAsItsDefinitionSays() {
    ImageConfig config = made.config();

    assertThat(config.user()).isEqualTo("1000:1000");
    assertThat(config.workingDirectory()).isEqualTo("/work");
    assertThat(config.entrypoint()).containsExactly("/bin/start");
    assertThat(config.command()).containsExactly("sh", "-c");
    assertThat(config.platform()).isEqualTo(Platform.LINUX_AMD64);
    assertThat(made.image().manifest().platform()).isEqualTo(Platform.LINUX_AMD64);
  }

  @Test
  void hasEnvironmentAndLabelsInOneOrder() {
    assertThat(made.config().environment()).containsExactly("A=3", "B=2", "PATH=/bin", "Z=1");
    assertThat(List.copyOf(made.config().labels().keySet())).isSorted().hasSize(9);
  }

  @Test
  void hasLabelsAndAnnotations() throws IOException {
    assertThat(made.config().labels())
        .contains(
            entry("com.example.team", "tools"),
            entry("org.opencontainers.image.version", "1"),
            entry("ai.opencode.sandbox.upstream", "mirror"),
            entry("org.opencontainers.image.base.name", "registry.example/base:1"),
            entry("org.opencontainers.image.base.digest", AStagedRoot.BASE.toString()));
    assertThat(manifest(made).annotations())
        .isEqualTo(made.image().annotations())
        .containsEntry("org.opencontainers.image.version", "1")
        .doesNotContainKey("com.example.team");
  }

  @Test
  void countsItsBytesAndItsReusedLayers() throws IOException {
    ImageSizes sizes = made.image().sizes();
    int disk = "the base's layer".length() + "packages".length() + "npm".length();
    Descriptor own = made.image().blobs().get(3);

    assertThat(sizes.compressedBytes()).isEqualTo(manifest(made).compressedSize());
    assertThat(sizes.diskBytes()).isEqualTo((long) disk + inflated(own).length);
    assertThat(sizes.reusedLayers()).as("the base's and the npm layer").isEqualTo(2);
  }

  @Test
  void hasTheDigestThatItWouldHaveWithoutAVersion() throws IOException {
    assertThat(made.image().versionless())
        .isEqualTo(Labels.versionless(manifest(made), made.config()));
  }

  @Test
  void isMadeOnce() throws IOException {
    AssembledImage again = assemble(staged, IMAGE);

    assertThat(again.image().manifest()).isEqualTo(made.image().manifest());
    assertThat(again.image().versionless()).isEqualTo(made.image().versionless());
    assertThat(again.image().layers()).isEqualTo(made.image().layers());
    assertThat(again.image().sizes().reusedLayers()).isEqualTo(4);
  }

  @Test
  void isMadeAnewForEachOtherInput() throws IOException {
    List<ImageDefinition> others =
        List.of(
            IMAGE.withEnvironment("C", "1"),
            withMotd(new StaticFile("/etc/motd", 0604, "other")),
            withMotd(new StaticFile("/etc/motd", 0644, "hello")),
            withMotd(new StaticFile("/etc/motd", 0604, "hello").withOwner(1000, 0)),
            IMAGE.withWritablePath("/var/own", 1 << 20),
            IMAGE.withPort(8080),
            withWork(new OwnedDirectory("/work", 0770, 1001, 7)),
            withWork(new OwnedDirectory("/work", 0770, 1000, 8)),
            IMAGE.withDirectory(new OwnedDirectory("/work2", 0770, 1000, 7)),
            IMAGE.withLabel("com.example.team", "others"));
    for (ImageDefinition each : others) {
      assertMakes(new AStagedRoot().with(packages).withNpm(npm).in(cache, each), each);
    }
    assertMakes(staged, ofUser(new SandboxUser("a", 7, 8, "/home/a", "/bin/sh")));
  }

  @Test
  void hasALayerOfLinksBelowThatOfTheFiles() throws IOException {
    ImageDefinition linked = IMAGE.withLink(new SymbolicLink("/etc/own/link", "../motd"));
    AssembledImage image =
        assemble(new AStagedRoot().with(packages).withNpm(npm).in(cache, linked), linked);

    List<Descriptor> layers = image.image().blobs();
    assertThat(layers).hasSize(5);
    assertThat(image.config().history().get(3).createdBy()).isEqualTo("symbolic links");
    assertThat(image.config().diffIds()).hasSize(5);
    assertThat(files(layers.get(3)))
        .containsExactly("etc 755 0:0", "etc/own 755 0:0", "etc/own/link 777 0:0 -> ../motd");
  }

  @Test
  void isMadeAgainIfALayerIsGone() throws IOException {
    Files.delete(cache.blobs().path(made.image().blobs().get(3).digest()));

    AssembledImage again = assemble(staged, IMAGE);

    assertThat(again.image().manifest()).isEqualTo(made.image().manifest());
    assertThat(again.image().sizes().reusedLayers()).isEqualTo(2);
  }

  @Test
  void leavesNoTemporaryFiles() {
    assertThat(cache.temporary()).isEmptyDirectory();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"PACKAGE", "REUSED"})
  void refusesACorruptLayerOfTheCache(Obtained obtained) throws IOException {
    StagedLayer reused = AStagedRoot.layer(cache, "from the cache, " + obtained, obtained);
    StagedRoot root = new AStagedRoot().with(reused).in(cache, IMAGE);
    corrupt(reused.blob());

    assertThatThrownBy(() -> assemble(root, IMAGE))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining(reused.blob().digest().hex());
  }

  @Test
  void refusesACorruptLayerOfItsOwnFiles() throws IOException {
    Descriptor own = made.image().blobs().get(3);
    corrupt(own);
    try {
      assertThatThrownBy(() -> assemble(staged, IMAGE.withEnvironment("C", "1")))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining(own.digest().hex());
    } finally {
      corrupt(own);
    }
  }

  @Test
  void readsNoLayerThatThisBuildHasMade() throws IOException {
    StagedLayer mine = AStagedRoot.layer(cache, "mine", Obtained.MADE);
    StagedRoot root = new AStagedRoot().with(mine).in(cache, IMAGE);
    corrupt(mine.blob());

    assertThat(assemble(root, IMAGE).image().blobs()).contains(mine.blob());
  }

  @Test
  void ofACallerIsDescribedLikeItsOwn() throws IOException {
    Descriptor config =
        cache.blobs().put(MediaType.CONFIG, made.config().withEnvironment(UNSORTED).toJson());
    Manifest others = new Manifest(config, manifest(made).layers(), Map.of());
    Digest digest = cache.blobs().put(MediaType.MANIFEST, others.toJson()).digest();

    FinishedImage finished = new ImageAssembly(cache).finish(digest, made.image());

    assertThat(finished.manifest().platform()).isEqualTo(Platform.LINUX_AMD64);
    assertThat(finished.blobs()).isEqualTo(made.image().blobs());
    assertThat(finished.layers()).allMatch(each -> each.planned().isEmpty());
    assertThat(finished.software()).isEqualTo(made.image().software());
    assertThat(finished.software().npm()).isNotEmpty();
    assertThat(finished.annotations()).isEqualTo(made.image().annotations());
    assertThat(finished.sizes())
        .isEqualTo(
            new ImageSizes(
                others.compressedSize(),
                made.image().sizes().diskBytes(),
                made.image().layers().size()));
    Manifest written =
        Manifest.parse(cache.blobs().read(finished.manifest().digest()), "the manifest");
    ImageConfig settled =
        ImageConfig.parse(cache.blobs().read(written.config().digest()), "the configuration");
    assertThat(written.annotations()).isEqualTo(finished.annotations());
    assertThat(settled.environment()).containsExactly("A=3", "Z=1");
    assertThat(finished.versionless()).isEqualTo(Labels.versionless(written, settled));
  }

  @Test
  void theIndexListsPlatformsInTheirOrderAndAttestationsAfterThem() throws IOException {
    FinishedImage image = made.image();
    FinishedImage other =
        new FinishedImage(
            image.manifest().withPlatform(Platform.LINUX_ARM64),
            image.versionless(),
            image.layers(),
            Map.of(),
            image.sizes(),
            image.inherited());

    Descriptor attestation =
        Descriptor.of(MediaType.MANIFEST, Digest.sha256("a"), 1).withPlatform(Platform.NONE);
    Descriptor index =
        new ImageAssembly(cache)
            .index(
                List.of(
                    new BuiltPlatform(image, Optional.empty(), Optional.of(attestation), 1),
                    new BuiltPlatform(other, Optional.empty(), Optional.empty(), 1)));

    ImageIndex content = ImageIndex.parse(cache.blobs().read(index.digest()), "the index");
    assertThat(index.mediaType()).isEqualTo(MediaType.INDEX);
    assertThat(content.manifests())
        .containsExactly(image.manifest(), other.manifest(), attestation);
    assertThat(content.images()).containsExactly(image.manifest(), other.manifest());
    assertThat(content.annotations()).isEqualTo(image.annotations());
  }

  private static AssembledImage assemble(StagedRoot root, ImageDefinition image)
      throws IOException {
    return new ImageAssembly(cache)
        .assemble(
            image,
            root,
            Labels.of(
                image, "1", UpstreamKind.MIRROR, "registry.example/base:1", AStagedRoot.BASE));
  }

  /** Jib cannot run without a directory for temporary files. */
  private static void assertMakes(StagedRoot root, ImageDefinition image) throws IOException {
    Files.delete(cache.temporary());
    try {
      assertThatThrownBy(() -> assemble(root, image))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageContaining("/jib");
    } finally {
      Files.createDirectories(cache.temporary());
    }
  }

  private static ImageDefinition ofUser(SandboxUser user) {
    return with(new FilesystemSettings(user, IMAGE.directories(), IMAGE.files()));
  }

  private static ImageDefinition withMotd(StaticFile motd) {
    return with(new FilesystemSettings(IMAGE.user(), IMAGE.directories(), List.of(motd)));
  }

  private static ImageDefinition withWork(OwnedDirectory work) {
    return with(new FilesystemSettings(IMAGE.user(), List.of(work), IMAGE.files()));
  }

  private static ImageDefinition with(FilesystemSettings filesystem) {
    return new ImageDefinition(
        IMAGE.name(), IMAGE.about(), null, IMAGE.software(), filesystem, IMAGE.container());
  }

  private static void corrupt(Descriptor blob) throws IOException {
    byte[] bytes = Files.readAllBytes(cache.blobs().path(blob.digest()));
    bytes[bytes.length - 1] ^= 1;
    Files.write(cache.blobs().path(blob.digest()), bytes);
  }

  private static Manifest manifest(AssembledImage made) throws IOException {
    return Manifest.parse(cache.blobs().read(made.image().manifest().digest()), "the manifest");
  }

  private static byte[] inflated(Descriptor layer) throws IOException {
    try (InputStream in = Files.newInputStream(cache.blobs().path(layer.digest()))) {
      return Gzip.inflating(in, "the layer").readAllBytes();
    }
  }

  private static List<String> files(Descriptor layer) throws IOException {
    List<String> lines = new ArrayList<>();
    try (InputStream in = Files.newInputStream(cache.blobs().path(layer.digest()));
        TarReader tar = new TarReader(Gzip.inflating(in, "it"), "it", TarLimits.alpinePackage())) {
      for (TarEntry each = tar.next(); each != null; each = tar.next()) {
        byte[] content = tar.content().readAllBytes();
        String text = content.length == 0 ? "" : " " + new String(content, StandardCharsets.UTF_8);
        lines.add(
            each.path()
                + " "
                + Integer.toOctalString(each.attributes().mode())
                + " "
                + each.attributes().uid()
                + ":"
                + each.attributes().gid()
                + (each instanceof TarEntry.SymbolicLink link ? " -> " + link.target() : "")
                + text);
      }
    }
    return lines;
  }
}
