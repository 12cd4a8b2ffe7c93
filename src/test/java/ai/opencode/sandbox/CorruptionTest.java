package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Keyring;
import ai.opencode.sandbox.apk.PackageIndex;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.apk.SignedIndex;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.fetch.Download;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.fetch.PackageFetcher;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.npm.ANpmTarball;
import ai.opencode.sandbox.npm.ATarballSource;
import ai.opencode.sandbox.npm.NpmLock;
import ai.opencode.sandbox.npm.NpmPlatform;
import ai.opencode.sandbox.npm.NpmTree;
import ai.opencode.sandbox.oci.BaseLayer;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.rootfs.BaseLayerScan;
import ai.opencode.sandbox.upstream.PackageLocation;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Inputs with one changed byte, at many places. The input is refused by name, or the image is the
 * same because the format ignores the byte.
 */
@Execution(ExecutionMode.CONCURRENT)
@Order(1)
class CorruptionTest {

  private static final AnApk TOOL =
      AnApk.named("tool")
          .depends("library")
          .script("post-install", "#!/bin/sh\n")
          .withFile("usr/bin/tool", 0755, "#!tool\n" + noise(2_000))
          .withLink("usr/bin/other", "tool")
          .withHardLink("usr/bin/third", "usr/bin/tool")
          .signed(ASmallUpstream.KEY);
  private static final AnApk LIBRARY =
      AnApk.named("library").withFile("usr/lib/library.so", 0644, "library");
  private static final AnApk BIG =
      AnApk.named("big").withFile("usr/share/noise", 0644, noise(3 << 19));
  private static final ANpmTarball LEFT_PAD =
      ANpmTarball.named("left-pad").withFile("index.js", noise(500));
  private static final String PACKAGE_JSON =
      "{\"name\":\"p\",\"version\":\"1.0.0\",\"dependencies\":{\"left-pad\":\"1.0.0\"}}";
  private static final String PACKAGE_LOCK =
      "{\"name\":\"p\",\"version\":\"1.0.0\",\"lockfileVersion\":3,\"packages\":{\"\":"
          + PACKAGE_JSON
          + ",\"node_modules/left-pad\":{\"version\":\"1.0.0\",\"integrity\":\""
          + LEFT_PAD.integrity()
          + "\"}}}";

  @TempDir private Path directory;

  @Test
  void aPackageIsRefusedOrTheSame() throws IOException {
    Path repository = ARepository.in(directory).with(TOOL).signed(ASmallUpstream.KEY).write();
    Path file = repository.resolve("x86_64").resolve(TOOL.fileName());
    byte[] whole = TOOL.bytes();
    Cache cache = new Cache(directory.resolve("cache"));
    FetchedPackage sound = fetch(cache, repository);
    int ignored = 0;
    for (int place : places(whole.length, 400)) {
      deleteFiles(cache.directory());
      Files.write(file, flipped(whole, place));
      try {
        FetchedPackage again = fetch(cache, repository);
        assertThat(again.data()).isEqualTo(sound.data());
        assertThat(again.diffId()).isEqualTo(sound.diffId());
        assertThat(again.entries()).isEqualTo(sound.entries());
        assertThat(again.pkg().toRecord()).isEqualTo(sound.pkg().toRecord());
        ignored++;
        // The package's own signature is not checked, because the index's proves more.
        assertThat(place).isLessThan(TOOL.signature().length);
      } catch (VerificationException refused) {
        assertThat(refused).hasMessageContaining("tool-1.0-r0.apk");
        assertThat(files(cache.directory())).as("left by byte %d", place).isEmpty();
      }
    }
    assertThat(ignored).isLessThan(200);
  }

  @Test
  void anIndexIsRefusedOrTheSame() throws IOException {
    byte[] whole = ARepository.in(directory).with(TOOL, LIBRARY).signed(ASmallUpstream.KEY).index();
    Keyring keys = ASigningKey.ring(ASmallUpstream.KEY);
    List<String> sound = records(SignedIndex.read(new ByteArrayInputStream(whole), "index", keys));
    int refusals = 0;
    List<Integer> places = places(whole.length, 300);
    for (int place : places) {
      byte[] bytes = flipped(whole, place);
      try {
        assertThat(records(SignedIndex.read(new ByteArrayInputStream(bytes), "index", keys)))
            .as("with another byte at %d", place)
            .isEqualTo(sound);
      } catch (VerificationException refused) {
        assertThat(refused).hasMessageStartingWith("index");
        refusals++;
      }
    }
    // Fields of a gzip header such as the date are not signed, and are ignored.
    assertThat(refusals).isGreaterThan(places.size() - 10);
  }

  @Test
  void anNpmTarballIsRefused() throws IOException {
    NpmTree tree =
        NpmTree.global(NpmLock.parse(PACKAGE_LOCK, "package-lock.json"), NpmPlatform.musl("x64"));
    byte[] whole = LEFT_PAD.bytes();
    for (int place : places(whole.length, 150)) {
      byte[] bytes = flipped(whole, place);
      assertThatThrownBy(
              () ->
                  tree.writeTo(
                      new TarWriter(new ByteArrayOutputStream()),
                      tree.groups().get(0),
                      new ATarballSource(
                          locked ->
                              locked
                                  .tarballIntegrity()
                                  .orElseThrow()
                                  .verifying(
                                      new ByteArrayInputStream(bytes), locked.id() + ".tgz"))))
          .as("with another byte at %d", place)
          .isInstanceOf(VerificationException.class)
          .hasMessageStartingWith("left-pad@1.0.0.tgz");
    }
  }

  @Test
  void aBaseLayerIsRefused() throws IOException {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, LIBRARY)) {
      Descriptor base = build(upstream.settings(), "library").platforms().get(0).blobs().get(0);
      Cache cache = new Cache(upstream.cache());
      Path file = cache.blobs().path(base.digest());
      byte[] whole = Files.readAllBytes(file);
      for (int place : places(whole.length, 150)) {
        Files.write(file, flipped(whole, place));
        assertThatThrownBy(
                () -> BaseLayerScan.of(List.of(new BaseLayer(base, base.digest())), cache.blobs()))
            .isInstanceOf(VerificationException.class)
            .hasMessageContaining(file.toString());
      }
    }
  }

  @Test
  void aWholeBuildRefusesCorruptDownloads() throws IOException {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY, BIG)) {
      Digest sound = build(upstream.settings(), "tool", "big").index().digest();
      Path index = upstream.repository().resolve("x86_64").resolve("APKINDEX.tar.gz");
      for (Path file : List.of(upstream.file(TOOL), upstream.file(BIG), index)) {
        byte[] whole = Files.readAllBytes(file);
        for (int place : places(whole.length, 4)) {
          Path cache = directory.resolve(file.getFileName() + "-" + place);
          Files.write(file, flipped(whole, place));
          try {
            assertThat(build(upstream.settings().withCache(cache), "tool", "big").index().digest())
                .isEqualTo(sound);
          } catch (VerificationException refused) {
            assertThat(refused).hasMessageContaining(file.getFileName().toString());
          }
        }
        Files.write(file, whole);
      }
    }
  }

  @Test
  void repairsACorruptCacheAndRefusesItOffline() throws IOException {
    HttpServer npm = registry(LEFT_PAD.bytes());
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY, BIG)) {
      BuildSettings settings =
          upstream
              .settings()
              .withLockFile(directory.resolve("sandbox.lock.json"), false)
              .withNpmRegistry("http://127.0.0.1:" + npm.getAddress().getPort() + "/");
      ImageDefinition definition =
          ASmallUpstream.image("tool", "big").withNpm(new NpmProject(PACKAGE_JSON, PACKAGE_LOCK));
      BuiltImage sound = build(settings, definition);
      List<Digest> layers = sent(sound, settings);

      int refusals = 0;
      for (Path file : files(upstream.cache())) {
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, flipped(whole, whole.length / 2));
        forget(upstream.cache());
        try {
          assertThat(build(settings.withOffline(true), definition).index().digest())
              .as("built offline over damage in %s", file)
              .isEqualTo(sound.index().digest());
        } catch (VerificationException refused) {
          assertThat(refused).hasMessageContaining(file.toString());
          refusals++;
        }
        Files.write(file, flipped(whole, whole.length / 2));
        forget(upstream.cache());
        BuiltImage repaired = build(settings, definition);
        assertThat(repaired.index().digest()).isEqualTo(sound.index().digest());
        assertThat(sent(repaired, settings)).isEqualTo(layers);
      }
      assertThat(refusals).isGreaterThan(4);
    } finally {
      npm.stop(0);
    }
  }

  @Test
  void sendsNoCorruptFileOfARecalledImage() throws IOException {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY, BIG)) {
      BuildSettings settings =
          upstream.settings().withLockFile(directory.resolve("sandbox.lock.json"), false);
      BuiltImage image = build(settings, ASmallUpstream.image("tool", "big"));
      for (Descriptor layer : image.platforms().get(0).blobs()) {
        Path file = upstream.cache().resolve("blobs/sha256/" + layer.digest().hex());
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, flipped(whole, whole.length / 2));
        BuiltImage recalled = build(settings, ASmallUpstream.image("tool", "big"));

        assertThatThrownBy(() -> sent(recalled, settings))
            .isInstanceOf(VerificationException.class)
            .hasMessageContaining(layer.digest().hex());
        Files.write(file, whole);
      }
    }
  }

  /** Sends an image to a new directory, which checks every blob; returns its files. */
  private List<Digest> sent(BuiltImage image, BuildSettings settings) throws IOException {
    Path layout = Files.createTempDirectory(directory, "sent");
    new SandboxBuilder(settings, Progress.silent())
        .send(List.of(image), Target.of("oci:" + layout));
    BlobStore blobs = new OciLayout(layout).blobs();
    List<Digest> digests = new ArrayList<>();
    for (Descriptor layer : image.platforms().get(0).blobs()) {
      blobs.verify(layer.digest());
      digests.add(layer.digest());
    }
    return digests;
  }

  /** Deletes the records of finished images, so that a build reads every input again. */
  private static void forget(Path cache) throws IOException {
    deleteFiles(cache.resolve("images"));
    deleteFiles(cache.resolve("builds"));
    deleteFiles(cache.resolve("layers"));
    deleteFiles(cache.resolve("attestations"));
    deleteFiles(cache.resolve("made"));
    deleteFiles(cache.resolve("carried"));
    deleteFiles(cache.resolve("roots"));
  }

  private static FetchedPackage fetch(Cache cache, Path repository) throws IOException {
    ApkPackage pkg = TOOL.toPackage();
    PackageLocation location =
        new PackageLocation(
            "tool",
            ApkVersion.of("1.0-r0"),
            new RepositoryLocation(repository.toString()),
            "x86_64",
            pkg.size(),
            pkg.checksum());
    try (PackageFetcher fetcher = new PackageFetcher(cache, new Download(false))) {
      return fetcher
          .fetch(List.of(location), each -> each, (each, apk) -> apk, Progress.silent())
          .get(0);
    }
  }

  private static BuiltImage build(BuildSettings settings, String... packages) throws IOException {
    return build(settings, ASmallUpstream.image(packages));
  }

  private static BuiltImage build(BuildSettings settings, ImageDefinition definition)
      throws IOException {
    return new SandboxBuilder(settings, Progress.silent()).build(List.of(definition)).get(0);
  }

  private static HttpServer registry(byte[] tarball) throws IOException {
    HttpServer npm =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    npm.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, tarball.length);
          exchange.getResponseBody().write(tarball);
          exchange.close();
        });
    npm.start();
    return npm;
  }

  private static List<String> records(PackageIndex index) {
    return index.packages().stream().map(ApkPackage::toRecord).toList();
  }

  /** Returns places spread over a file, with the first and the last byte. */
  private static List<Integer> places(int length, int count) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      places.add((int) ((long) i * (length - 1) / (count - 1)));
    }
    return places.stream().distinct().toList();
  }

  private static byte[] flipped(byte[] bytes, int place) {
    byte[] other = bytes.clone();
    other[place] ^= (byte) (1 << (place % 8));
    return other;
  }

  private static List<Path> files(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void deleteFiles(Path directory) throws IOException {
    for (Path file : files(directory)) {
      Files.delete(file);
    }
  }

  /** Returns a text that does not compress. */
  private static String noise(int length) {
    Random random = new Random(1);
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append((char) (32 + random.nextInt(95)));
    }
    return text.toString();
  }
}
