package ai.opencode.sandbox.upstream.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.RepositoryLine;
import ai.opencode.sandbox.build.Archived;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.npm.ANpmTarball;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.registry.ADistribution;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Archives of inputs: images made from them are identical, and their files are verified. */
@Execution(ExecutionMode.CONCURRENT)
class InputArchiveTest {

  private static final AnApk TOOL =
      AnApk.named("tool").depends("library").withFile("usr/bin/tool", 0755, "#!tool");
  private static final AnApk LIBRARY =
      AnApk.named("library").withFile("usr/lib/library.so", 0644, "library");
  private static final ANpmTarball PAD = ANpmTarball.named("left-pad").withFile("index.js", "x");
  private static final String PACKAGE_JSON =
      "{\"name\":\"p\",\"version\":\"1.0.0\",\"dependencies\":{\"left-pad\":\"1.0.0\"}}";
  private static final ImageDefinition IMAGE =
      ASmallUpstream.image("tool")
          .withNpm(
              new NpmProject(
                  PACKAGE_JSON,
                  "{\"name\":\"p\",\"version\":\"1.0.0\",\"lockfileVersion\":3,\"packages\":{\"\":"
                      + PACKAGE_JSON
                      + ",\"node_modules/left-pad\":{\"version\":\"1.0.0\",\"integrity\":\""
                      + PAD.integrity()
                      + "\"}}}"));

  @TempDir private Path directory;
  private final AtomicInteger tarballsServed = new AtomicInteger();
  private HttpServer npm;
  private ASmallUpstream upstream;

  @BeforeEach
  void start() throws Exception {
    npm = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    npm.createContext(
        "/",
        exchange -> {
          tarballsServed.incrementAndGet();
          exchange.sendResponseHeaders(200, PAD.bytes().length);
          exchange.getResponseBody().write(PAD.bytes());
          exchange.close();
        });
    npm.start();
    upstream = ASmallUpstream.in(directory.resolve("upstream"), TOOL, LIBRARY);
  }

  @AfterEach
  void stop() throws Exception {
    npm.stop(0);
    upstream.close();
  }

  @Test
  void givesTheSameImageWithoutAnyOtherSource() throws Exception {
    BuiltImage original = build(online());
    archive(archiveFolder());
    everythingElseGoes();

    BuiltImage locked = build(fromArchive("a").withLockFile(lockFile(), true));
    BuiltImage withItsOwnLock = build(fromArchive("b"));

    assertThat(locked.index().digest()).isEqualTo(original.index().digest());
    assertThat(withItsOwnLock.index().digest()).isEqualTo(original.index().digest());
    assertThat(locked.upstream()).hasToString("mirror");
  }

  @Test
  void holdsEveryPlatformOfTheLock() throws Exception {
    List<Platform> both = List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64);
    Path place = directory.resolve("both");
    BuiltImage original;
    try (ASmallUpstream wide = ASmallUpstream.forBothPlatforms(place, TOOL, LIBRARY)) {
      BuildSettings settings =
          online()
              .withBase(wide.settings().inputs().base())
              .withRepositories(
                  wide.settings().inputs().repositories().stream()
                      .map(RepositoryLine::toString)
                      .toList())
              .withPlatforms(both);
      original = build(settings);
      builder(settings).archive(List.of(IMAGE), new ArchivePlace.Directory(archiveFolder()));
    }
    deleteTree(place);
    everythingElseGoes();

    BuiltImage rebuilt = build(fromArchive("a").withPlatforms(both));

    assertThat(rebuilt.platforms()).hasSize(2);
    assertThat(rebuilt.index().digest()).isEqualTo(original.index().digest());
  }

  @Test
  void anArchiveIsCopiedFromAnArchive() throws Exception {
    BuiltImage original = build(online());
    archive(archiveFolder());
    everythingElseGoes();
    Path copy = directory.resolve("copy");

    builder(fromArchive("a").withLockFile(lockFile(), true))
        .archive(List.of(IMAGE), new ArchivePlace.Directory(copy));

    assertThat(manifest(copy)).isEqualTo(manifest(archiveFolder()));
    assertThat(build(from(copy, "b")).index().digest()).isEqualTo(original.index().digest());
  }

  @Test
  void isAnArtifactWithAFileForEachTitle() throws Exception {
    build(online());
    Archived archived = archive(archiveFolder());

    List<String> titles = new ArrayList<>();
    for (Descriptor file : files(archiveFolder())) {
      titles.add(title(file).replaceAll("[0-9a-f]{64,}", "…"));
    }
    assertThat(titles)
        .containsExactly(
            "base/sha256-…",
            "base/sha256-…",
            "base/sha256-…",
            "keys/x86_64/" + ASmallUpstream.KEY.name(),
            "npm/sha512-….tgz",
            "repository-1/x86_64/APKINDEX.tar.gz",
            "repository-1/x86_64/library-1.0-r0.apk",
            "repository-1/x86_64/tool-1.0-r0.apk",
            "sandbox.lock.json");
    assertThat(archived.place()).isEqualTo(new ArchivePlace.Directory(archiveFolder()));
    assertThat(archived.files()).isEqualTo(9);
  }

  @Test
  void theSameLockGivesTheSameArchiveWithoutFetchingAgain() throws Exception {
    build(online());
    archive(archiveFolder());
    Descriptor first = manifest(archiveFolder());
    int before = tarballsServed.get();
    Files.delete(upstream.file(TOOL));

    archive(archiveFolder());

    assertThat(manifest(archiveFolder())).isEqualTo(first);
    assertThat(tarballsServed).hasValue(before);
  }

  @Test
  void writesACorruptFileAgain() throws Exception {
    BuiltImage original = build(online());
    archive(archiveFolder());
    for (Descriptor file : files(archiveFolder())) {
      flip(blob(file));
    }

    archive(archiveFolder());

    everythingElseGoes();
    assertThat(build(fromArchive("a")).index().digest()).isEqualTo(original.index().digest());
  }

  @Test
  void aFailedAttemptLeavesTheOlderArchiveAlone() throws Exception {
    BuiltImage original = build(online());
    archive(archiveFolder());
    Descriptor first = manifest(archiveFolder());
    ARepository.in(upstream.repository())
        .with(TOOL.version("2.0-r0"), LIBRARY)
        .signed(ASmallUpstream.KEY)
        .write();
    Path other = directory.resolve("other.lock.json");
    build(online().withLockFile(other, false));
    Files.delete(upstream.file(TOOL.version("2.0-r0")));

    assertThatThrownBy(
            () ->
                builder(online().withLockFile(other, false))
                    .archive(List.of(IMAGE), new ArchivePlace.Directory(archiveFolder())))
        .isInstanceOf(LockException.class)
        .hasMessageContaining(
            "tool-2.0-r0.apk is gone, because Alpine deletes superseded packages within")
        .hasMessageContaining("lock --update")
        .hasMessageContaining("archive");

    assertThat(manifest(archiveFolder())).isEqualTo(first);
    assertThat(build(fromArchive("a")).index().digest()).isEqualTo(original.index().digest());
    try (Stream<Path> left = Files.list(upstream.cache().resolve("tmp"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void namesAFlippedBitOrIsNotAffectedByIt() throws Exception {
    BuiltImage original = build(online());
    archive(archiveFolder());
    everythingElseGoes();
    int refused = 0;
    for (Descriptor file : files(archiveFolder())) {
      byte[] whole = Files.readAllBytes(blob(file));
      flip(blob(file));
      Optional<SandboxException> failure = failure(original, "bit");
      if (failure.isPresent()) {
        refused++;
        assertThat(failure.get())
            .isExactlyInstanceOf(VerificationException.class)
            .hasMessageContaining("The archive " + archiveFolder() + " is corrupt: " + title(file));
      }
      Files.write(blob(file), whole);
    }
    // A build from the lock does not read index and key.
    assertThat(refused).isEqualTo(7);
  }

  @Test
  void aMissingFileIsNamed() throws Exception {
    BuiltImage original = build(online());
    archive(archiveFolder());
    everythingElseGoes();
    int refused = 0;
    for (Descriptor file : files(archiveFolder())) {
      Path aside = directory.resolve("aside");
      Files.move(blob(file), aside);
      Optional<SandboxException> failure = failure(original, "missing");
      if (failure.isPresent()) {
        refused++;
        assertThat(failure.get())
            .isExactlyInstanceOf(VerificationException.class)
            .hasMessageContaining("The archive " + archiveFolder() + " lacks " + title(file));
      }
      Files.move(aside, blob(file));
    }
    assertThat(refused).isEqualTo(7);
  }

  @Test
  void refusesAPackageInAnothersPlaceEvenIfTheManifestNamesIt() throws Exception {
    build(online());
    archive(archiveFolder());
    everythingElseGoes();
    List<Descriptor> swapped = new ArrayList<>();
    for (Descriptor file : files(archiveFolder())) {
      String title = title(file);
      boolean tool = title.endsWith("tool-1.0-r0.apk");
      String other = title.replace(tool ? "tool" : "library", tool ? "library" : "tool");
      swapped.add(file.withAnnotation("org.opencontainers.image.title", other));
    }
    rewrite(swapped);

    assertThatThrownBy(() -> build(fromArchive("a")))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("-1.0-r0.apk");
  }

  @Test
  void refusesAnotherBaseEvenIfTheManifestNamesIt() throws Exception {
    build(online());
    archive(archiveFolder());
    everythingElseGoes();
    rewrite(
        files(archiveFolder()).stream().filter(file -> !title(file).startsWith("base")).toList());
    Digest manifest =
        Objects.requireNonNull(upstream.settings().inputs().base()).pinned().orElseThrow();
    Files.deleteIfExists(new BlobStore(archiveFolder()).path(manifest));

    assertThatThrownBy(() -> build(fromArchive("a")))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining(manifest.toString());
  }

  @Test
  void aRegistryKeepsAnArchiveToo() throws Exception {
    BuiltImage original = build(online());
    try (EmbeddedRegistry registry =
        EmbeddedRegistry.start(new BlobStore(directory.resolve("registry")))) {
      throughRegistry(registry.address(), original);
    }
  }

  @Test
  void aDistributionServerKeepsAnArchiveToo() throws Exception {
    assumeThat(ADistribution.isThere()).as(ADistribution.HOW_TO_GET_IT).isTrue();
    BuiltImage original = build(online());
    try (ADistribution registry = ADistribution.in(directory.resolve("distribution"))) {
      throughRegistry(registry.address(), original);
    }
  }

  private void throughRegistry(String address, BuiltImage original) throws Exception {
    String reference = address + "/team/inputs:1";
    Archived archived = builder(online()).archive(List.of(IMAGE), ArchivePlace.of(reference));
    assertThat(archived.place()).hasToString(reference);
    everythingElseGoes();
    BuildSettings settings =
        BuildSettings.standard()
            .withPlatforms(List.of(Platform.LINUX_AMD64))
            .withUpstream(UpstreamChoice.of(reference))
            .withOffline(true)
            .withAcceptArchiveLock(true)
            .withCache(directory.resolve("elsewhere"));

    assertThat(build(settings).index().digest()).isEqualTo(original.index().digest());
    // A corrupt copy in the cache is fetched again.
    Digest tool = Digest.sha256(TOOL.bytes());
    flip(new BlobStore(directory.resolve("elsewhere")).path(tool));
    for (String kind : List.of("packages", "builds", "images", "layers")) {
      deleteTree(directory.resolve("elsewhere").resolve(kind));
    }
    assertThat(build(settings).index().digest()).isEqualTo(original.index().digest());
  }

  @Test
  void namesAnInputThatTheArchiveLacks() throws Exception {
    build(online());
    archive(archiveFolder());

    assertThatThrownBy(() -> build(fromArchive("a").withPlatforms(List.of(Platform.LINUX_ARM64))))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("has no inputs for linux/arm64, only for linux/amd64");
    assertThatThrownBy(
            () -> build(fromArchive("a").withRepositories(List.of("https://mirror.example"))))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("Leave out --base and --repository");
    assertThatThrownBy(() -> build(from(directory.resolve("nowhere"), "a")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("There is no archive of inputs in " + directory.resolve("nowhere"));
  }

  @Test
  void aPackageThatTheArchivesLockDoesNotNameIsALockMismatch() throws Exception {
    build(online());
    archive(archiveFolder());
    ARepository.in(upstream.repository())
        .with(TOOL.version("2.0-r0"), LIBRARY)
        .signed(ASmallUpstream.KEY)
        .write();
    Path newer = directory.resolve("newer.lock.json");
    build(online().withLockFile(newer, false));

    assertThatThrownBy(() -> build(fromArchive("a").withLockFile(newer, true)))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("does not have tool-2.0-r0 of " + upstream.repository());
  }

  @Test
  void nothingIsArchivedWithoutALockOrFromTheStandIn() {
    ArchivePlace place = new ArchivePlace.Directory(archiveFolder());
    assertThatThrownBy(() -> builder(online()).archive(List.of(IMAGE), place))
        .isInstanceOf(LockException.class)
        .hasMessageContaining("There is no lock file " + lockFile());
    assertThatThrownBy(
            () ->
                builder(BuildSettings.standard().withUpstream(UpstreamChoice.STAND_IN))
                    .archive(List.of(IMAGE), place))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("cannot be archived");
    assertThat(archiveFolder()).doesNotExist();
  }

  private Optional<SandboxException> failure(BuiltImage original, String cache) throws IOException {
    deleteTree(directory.resolve(cache));
    try {
      assertThat(build(fromArchive(cache)).index().digest()).isEqualTo(original.index().digest());
      return Optional.empty();
    } catch (SandboxException e) {
      return Optional.of(e);
    }
  }

  private void everythingElseGoes() throws IOException {
    npm.stop(0);
    upstream.close();
    deleteTree(upstream.repository());
  }

  private static void deleteTree(Path root) throws IOException {
    if (Files.exists(root)) {
      try (Stream<Path> files = Files.walk(root)) {
        files.sorted(Comparator.reverseOrder()).forEach(InputArchiveTest::delete);
      }
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    // The file is replaced, because the cache may share the old one's content.
    Files.delete(file);
    Files.write(file, bytes);
  }

  private void rewrite(List<Descriptor> layers) throws IOException {
    OciLayout layout = new OciLayout(archiveFolder());
    Manifest old =
        Manifest.parse(layout.blobs().read(manifest(archiveFolder()).digest()), "the archive");
    Manifest changed = new Manifest(old.config(), layers, Map.of());
    layout.name("inputs", layout.blobs().put(MediaType.MANIFEST, changed.toJson()));
  }

  private static Descriptor manifest(Path archive) throws IOException {
    return new OciLayout(archive).find("inputs").orElseThrow();
  }

  private static List<Descriptor> files(Path archive) throws IOException {
    byte[] content = new BlobStore(archive).read(manifest(archive).digest());
    return Manifest.parse(content, "the archive").layers();
  }

  private static String title(Descriptor file) {
    return file.annotations().getOrDefault("org.opencontainers.image.title", "");
  }

  private Path blob(Descriptor file) {
    return new BlobStore(archiveFolder()).path(file.digest());
  }

  private Path archiveFolder() {
    return directory.resolve("archive");
  }

  private Path lockFile() {
    return directory.resolve("sandbox.lock.json");
  }

  private BuildSettings online() {
    return upstream
        .settings()
        .withNpmRegistry("http://127.0.0.1:" + npm.getAddress().getPort() + "/")
        .withLockFile(lockFile(), false);
  }

  /** Returns settings that trust the archive's lock, because there is no other. */
  private BuildSettings fromArchive(String cache) {
    return from(archiveFolder(), cache);
  }

  private BuildSettings from(Path archive, String cache) {
    return BuildSettings.standard()
        .withPlatforms(List.of(Platform.LINUX_AMD64))
        .withUpstream(new UpstreamChoice.Archive(new ArchivePlace.Directory(archive)))
        .withOffline(true)
        .withAcceptArchiveLock(true)
        .withCache(directory.resolve(cache));
  }

  private Archived archive(Path place) throws IOException {
    return builder(online()).archive(List.of(IMAGE), new ArchivePlace.Directory(place));
  }

  private static SandboxBuilder builder(BuildSettings settings) {
    return new SandboxBuilder(settings, Progress.silent());
  }

  private static BuiltImage build(BuildSettings settings) throws IOException {
    return builder(settings).build(List.of(IMAGE)).get(0);
  }
}
