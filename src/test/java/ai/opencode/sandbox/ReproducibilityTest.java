package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.attest.AttestationManifest;
import ai.opencode.sandbox.attest.Project;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.npm.ANpmTarball;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.report.Progress;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bytes of each kind of layer, of an image and of a lock file. A cache finds layers by recipe,
 * so a change of bytes without a change of recipe would give different images for equal inputs.
 * Each failure names the number to raise.
 */
class ReproducibilityTest {

  private static final AnApk TOOL =
      AnApk.named("tool")
          .depends("library")
          .withDirectory("var/tool", 01777)
          .withFile("usr/bin/tool", 0755, "#!tool")
          .withHardLink("usr/bin/tool2", "usr/bin/tool")
          .withFile("etc/shells", 0644, "/bin/other\n");
  private static final AnApk LIBRARY =
      AnApk.named("library")
          .withFile("usr/lib/library.so.1.0", 0644, "library")
          .withLink("usr/lib/library.so.1", "library.so.1.0")
          .withFile("lib64/ld.so", 0755, "loader");
  private static final AnApk BIG =
      AnApk.named("big").withFile("usr/share/noise", 0644, noise(3 << 20));
  private static final AnApk MEDIUM =
      AnApk.named("medium").withFile("usr/share/medium", 0644, noise(700 << 10));
  private static final AnApk BUSYBOX =
      AnApk.named("busybox")
          .withFile("bin/busybox", 0755, "busybox")
          .withFile("etc/busybox-paths.d/busybox", 0644, "bin/ls\nsbin/depmod\nusr/bin/wget\n")
          .script("trigger", "#!/bin/sh\n/bin/busybox --install -s\n")
          .triggers("/bin /usr/bin /sbin /usr/sbin");

  private static final ANpmTarball LEFT_PAD =
      ANpmTarball.named("left-pad").withFile("index.js", "pad").withFile("bin/pad", 0755, "#!pad");
  private static final String PACKAGE_JSON =
      "{\"name\":\"p\",\"version\":\"1.0.0\",\"dependencies\":{\"left-pad\":\"1.0.0\"}}";
  private static final String PACKAGE_LOCK =
      "{\"name\":\"p\",\"version\":\"1.0.0\",\"lockfileVersion\":3,\"packages\":{\"\":"
          + PACKAGE_JSON
          + ",\"node_modules/left-pad\":{\"version\":\"1.0.0\",\"bin\":{\"pad\":\"bin/pad\"},"
          + "\"integrity\":\""
          + LEFT_PAD.integrity()
          + "\"}}}";

  private static final ImageDefinition EVERYTHING =
      ASmallUpstream.image("tool", "big", "busybox")
          .withEnvironment("B", "2")
          .withEnvironment("A", "1");

  private static final Pattern NAMED_FORMAT = Pattern.compile("([a-z.]+\\.[A-Z]\\w+)\\.FORMAT");

  /** A layer's digests: of the compressed blob and of the archive in it. */
  private record Layer(String digest, String diffId) {}

  @TempDir private Path directory;

  @BeforeEach
  void thisZlibCompressesLikeOthers() {
    assumeTrue(Gzip.isReproducible(), "skipped: this JVM's zlib compresses otherwise");
  }

  @Test
  void aMergedLayer() throws IOException {
    assertLayer(
        layers(ASmallUpstream.image("tool"), TOOL, LIBRARY),
        "apk library-1.0-r0 tool-1.0-r0",
        "merged layer",
        "layer.MergedLayer.FORMAT (and layer.LayerPacking.FORMAT where other packages share it)");
  }

  @Test
  void twoMergedLayersWithTheLargerPackagesInTheSecond() throws IOException {
    Map<String, Layer> layers =
        layers(ASmallUpstream.image("tool", "medium"), TOOL, LIBRARY, MEDIUM);

    assertThat(layers)
        .containsOnlyKeys(
            "base", "apk library-1.0-r0 tool-1.0-r0", "apk medium-1.0-r0", "opencode-sandbox:1");
    assertLayer(
        layers,
        "apk medium-1.0-r0",
        "second merged layer",
        "layer.LayerPacking.FORMAT, or layer.MergedLayer.FORMAT where only the bytes moved");
  }

  @Test
  void aVerbatimLayerIsTheDataSegment() throws IOException {
    Map<String, Layer> layers = layers(ASmallUpstream.image("big"), BIG);

    Layer layer = layer(layers, "apk big-1.0-r0 (unchanged)");
    String advice = "the fixture AnApk makes other bytes, and every digest here follows from it";
    assertThat(layer.digest())
        .as("a big package's layer is its data segment, byte for byte")
        .isEqualTo(Digest.sha256(BIG.data()).toString());
    assertDigest("verbatim layer", layer.digest(), advice);
    assertDigest("verbatim layer, unpacked", layer.diffId(), advice);
  }

  @Test
  void aScriptsLayer() throws IOException {
    assertLayer(
        layers(ASmallUpstream.image("busybox"), BUSYBOX),
        "apk scripts of busybox",
        "layer of scripts",
        "layer.ScriptsLayer.FORMAT");
  }

  @Test
  void anNpmLayer() throws IOException {
    assertLayer(
        layers(
            ASmallUpstream.image("tool").withNpm(new NpmProject(PACKAGE_JSON, PACKAGE_LOCK)),
            TOOL,
            LIBRARY),
        "npm left-pad@1.0.0",
        "npm layer",
        "npm.NpmTree.FORMAT");
  }

  @Test
  void theLayerOfUsersAndSettings() throws IOException {
    assertLayer(
        layers(EVERYTHING, TOOL, LIBRARY, BIG, BUSYBOX),
        "opencode-sandbox:1",
        "layer of users and settings",
        "image.ImageRecords.FORMAT");
  }

  @Test
  void anImageForTwoPlatforms() throws IOException {
    try (ASmallUpstream upstream =
        ASmallUpstream.forBothPlatforms(directory, TOOL, LIBRARY, BIG, BUSYBOX)) {
      BuildSettings settings =
          upstream
              .settingsWithoutAPort()
              .withVersion("1.2.3")
              .withAttestations(Set.of()) // they name the version of this program
              .withPlatforms(List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64));
      SandboxBuilder builder = new SandboxBuilder(settings, Progress.silent());
      BuiltImage image = builder.build(List.of(EVERYTHING)).get(0);
      BlobStore blobs = new BlobStore(upstream.cache());
      Map<String, String> digests = new TreeMap<>();
      for (BuiltImage.BuiltPlatform platform : image.platforms()) {
        String name = String.valueOf(platform.manifest().platform());
        Digest manifest = platform.manifest().digest();
        digests.put(name + " manifest", manifest.toString());
        digests.put(
            name + " configuration",
            Manifest.parse(blobs.read(manifest), "the image").config().digest().toString());
      }
      digests.put("index", image.index().digest().toString());
      Path layout = directory.resolve("images");
      builder.send(List.of(image), Target.of("oci:" + layout));
      digests.put(
          "index.json", Digest.sha256(Files.readAllBytes(layout.resolve("index.json"))).toString());

      for (Map.Entry<String, String> document : digests.entrySet()) {
        assertDigest(
            document.getKey(),
            document.getValue(),
            moved("the documents of an image", "image.ImageRecords.FORMAT"));
      }
    }
  }

  @Test
  void theStatementsAboutAnImage() throws IOException {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY, BIG, BUSYBOX)) {
      BuildSettings settings = upstream.settingsWithoutAPort().withVersion("1.2.3");
      BuiltImage image =
          new SandboxBuilder(settings, Progress.silent()).build(List.of(EVERYTHING)).get(0);
      BlobStore blobs = new BlobStore(upstream.cache());
      Digest attestation = image.platforms().get(0).attestation().orElseThrow().digest();
      for (Descriptor each :
          AttestationManifest.statements(blobs.read(attestation), "the attestation")) {
        String text =
            new String(blobs.read(each.digest()), StandardCharsets.UTF_8)
                .replace("\"tool\":\"" + Project.version() + "\"", "\"tool\":\"VERSION\"")
                .replace("opencode-sandbox-" + Project.version(), "opencode-sandbox-VERSION")
                .replaceFirst("(\"documentNamespace\":\"[^\"]*)-[0-9a-f]{16}\"", "$1\"");
        assertDigest(
            "statement " + each.annotations().get(AttestationManifest.PREDICATE_TYPE),
            Digest.sha256(text).toString(),
            moved("the statements about an image", "build.AttestationStage.FORMAT"));
      }
    }
  }

  /** The same image from another lock has the same layers, but not the same statements. */
  @Test
  void theStatementsOfALockAreNotThoseOfTheLockBefore() throws IOException {
    List<String> locks = List.of(PACKAGE_LOCK, PACKAGE_LOCK + "\n", PACKAGE_LOCK);
    List<BuiltImage> images = new ArrayList<>();
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY);
        ServedTarball npm = ServedTarball.start()) {
      BuildSettings settings = upstream.settingsWithoutAPort().withNpmRegistry(npm.address());
      for (String lock : locks) {
        images.add(
            build(
                settings,
                ASmallUpstream.image("tool").withNpm(new NpmProject(PACKAGE_JSON, lock))));
      }
    }

    assertThat(images)
        .extracting(each -> each.platforms().get(0).manifest())
        .containsOnly(images.get(0).platforms().get(0).manifest());
    assertThat(images.get(1).digest()).isNotEqualTo(images.get(0).digest());
    assertThat(images.get(2).digest()).isEqualTo(images.get(0).digest());
  }

  @Test
  void theLockFile() throws IOException {
    Path lock = directory.resolve("sandbox.lock.json");
    try (ASmallUpstream upstream =
            ASmallUpstream.forBothPlatforms(directory, TOOL, LIBRARY, BIG, BUSYBOX);
        ServedTarball npm = ServedTarball.start()) {
      build(
          upstream
              .settingsWithoutAPort()
              .withNpmRegistry(npm.address())
              .withPlatforms(List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64))
              .withLockFile(lock, false),
          EVERYTHING.withNpm(new NpmProject(PACKAGE_JSON, PACKAGE_LOCK)));
    }

    Golden.files()
        .assertPromise(
            "ai/opencode/sandbox/sandbox.lock.json",
            Files.readString(lock).replace(directory.toString(), "FOLDER"),
            "the lock file's text changed, and everybody who keeps one would see a difference:"
                + " undo that, or write the new text with scripts/golden --promises");
  }

  private static void assertLayer(
      Map<String, Layer> layers, String createdBy, String name, String format) throws IOException {
    Layer layer = layer(layers, createdBy);
    String advice = moved("layer " + createdBy, format);
    assertDigest(name, layer.digest(), advice);
    assertDigest(name + ", unpacked", layer.diffId(), advice);
  }

  private static Layer layer(Map<String, Layer> layers, String createdBy) {
    assertThat(layers).containsKey(createdBy);
    return Objects.requireNonNull(layers.get(createdBy));
  }

  private static void assertDigest(String name, String digest, String advice) throws IOException {
    Golden.files().assertPromisedLine("ai/opencode/sandbox/digests.txt", name, digest, advice);
  }

  private static String moved(String what, String format) {
    assertThat(NAMED_FORMAT.matcher(format).results())
        .as("format versions that exist, among them those of %s", format)
        .isNotEmpty()
        .allSatisfy(
            named ->
                assertThat(Class.forName("ai.opencode.sandbox." + named.group(1)))
                    .hasDeclaredFields("FORMAT"));
    return "The bytes of "
        + what
        + " moved. Undo that; where it is wanted, raise "
        + format
        + ", so that no cache gives the old bytes, and pin the new ones with scripts/golden"
        + " --promises";
  }

  /** Lists layers by their history entries, without base and version. */
  private Map<String, Layer> layers(ImageDefinition definition, AnApk... packages)
      throws IOException {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, packages);
        ServedTarball npm = ServedTarball.start()) {
      BuiltImage image =
          build(upstream.settingsWithoutAPort().withNpmRegistry(npm.address()), definition);
      BlobStore blobs = new BlobStore(upstream.cache());
      Manifest manifest =
          Manifest.parse(blobs.read(image.platforms().get(0).manifest().digest()), "the image");
      ImageConfig config =
          ImageConfig.parse(blobs.read(manifest.config().digest()), "the configuration");
      Map<String, Layer> layers = new LinkedHashMap<>();
      for (int i = 0; i < manifest.layers().size(); i++) {
        layers.put(
            config.history().get(i).createdBy(),
            new Layer(
                manifest.layers().get(i).digest().toString(), config.diffIds().get(i).toString()));
      }
      return layers;
    }
  }

  /** A registry with a tarball. */
  private record ServedTarball(HttpServer server) implements AutoCloseable {

    static ServedTarball start() throws IOException {
      byte[] bytes = LEFT_PAD.bytes();
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
          });
      server.start();
      return new ServedTarball(server);
    }

    String address() {
      return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }

  private static BuiltImage build(BuildSettings settings, ImageDefinition definition)
      throws IOException {
    return new SandboxBuilder(settings, Progress.silent()).build(List.of(definition)).get(0);
  }

  private static String noise(int length) {
    Random random = new Random(1);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) (32 + random.nextInt(95)));
    }
    return text.toString();
  }
}
