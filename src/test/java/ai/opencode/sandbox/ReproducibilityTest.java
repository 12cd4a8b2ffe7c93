package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.npm.ANpmTarball;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.report.Progress;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.MatchResult;
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

  private static final Pattern FORMAT_CONSTANT =
      Pattern.compile("\\b([a-z.]+\\.[A-Z]\\w*)\\.([A-Z_]+)\\b");

  /** What a layer is, compressed and not. */
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
        new Layer(
            "sha256:a3c953cb670aa22b494e9707db37af0610ef296ef3246816ce3fc8879b7202c7",
            "sha256:9b0b3c3045a92b05648327c28ec9f6323159c791b0b233c4bab30160f8d5bdcb"),
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
        new Layer(
            "sha256:27ff06bf7074376c91acc2ecf94adefe065dcca8edcc672a246987e377c76fc5",
            "sha256:b1b328a2ac79ec59105728e133b7f407b214ef29afd8a8dd6686e501ae9c6625"),
        "layer.LayerPacking.FORMAT, or layer.MergedLayer.FORMAT where only the bytes moved");
  }

  @Test
  void aVerbatimLayerIsTheDataSegment() throws IOException {
    Map<String, Layer> layers = layers(ASmallUpstream.image("big"), BIG);

    assertThat(layers.get("apk big-1.0-r0 (unchanged)"))
        .as("a big package's layer is its data segment, byte for byte")
        .isEqualTo(
            new Layer(
                Digest.sha256(BIG.data()).toString(),
                "sha256:afacfd261b8d3065869a5b1ebc65400285f2a27ae0fbf67a05ba2cb7faae335a"));
    assertThat(Digest.sha256(BIG.data()))
        .as("the fixture AnApk makes other bytes; every digest here follows from it")
        .hasToString("sha256:8be7a605a0a508a2da1b10021f86f5690b24aa462d1edf5a3f60590ce8671096");
  }

  @Test
  void aScriptsLayer() throws IOException {
    assertLayer(
        layers(ASmallUpstream.image("busybox"), BUSYBOX),
        "apk scripts of busybox",
        new Layer(
            "sha256:f1cd2d5979df30c3d4157fa15c7334bc28d4ece9b1e3478ca839e5b8855ecffc",
            "sha256:966c358c509cc46181b2eb309d0feb55c75bff4e920f3a2d2b2b2a90c26950ce"),
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
        new Layer(
            "sha256:0b0bd63c4a7f08538a846c527bbd99ede9a71d7ab8825a359c52475d854f4085",
            "sha256:21fa5158bae851a6147dd9b6ceaa118d76bcd6e417e8d30fd95dcad06994eba3"),
        "npm.NpmTree.FORMAT, or layer.LayerWriter.NPM_FORMAT where the tree's entries are the same");
  }

  @Test
  void theLayerOfUsersAndSettings() throws IOException {
    assertLayer(
        layers(EVERYTHING, TOOL, LIBRARY, BIG, BUSYBOX),
        "opencode-sandbox:1",
        new Layer(
            "sha256:8d8f180b692b4400733d36d43ff8c5893b132ca0aac2260ac00bd7a17856889d",
            "sha256:35bfa377fcea81a12e300756ab7bb3c37aec0638b72d9bf14a34c1acb6e811f9"),
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

      assertThat(digests)
          .as(moved("the documents of an image", "image.ImageRecords.FORMAT"))
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  "index",
                  "sha256:39f0b63d693c0569c2545347724829c0aa042f7a9843d30176089cea89836927",
                  "index.json",
                  "sha256:6c5be7bd754841dc19494a136f298cd288be3ea2e0f2b18637f6584d17e33441",
                  "linux/amd64 configuration",
                  "sha256:f60297a64cec0ec59c5e16ed7b00d81aeef7b97a2d0d915eeec9ad56edfe3f31",
                  "linux/amd64 manifest",
                  "sha256:81d20c8941ae3c97b34dd0d05d5f8bf1aa6ec474686241a8d6b5e944a0891463",
                  "linux/arm64 configuration",
                  "sha256:32f380dc419209fbe0a2b1a715d566ef82c33a44dc7787ac1e93e607ac5cd23f",
                  "linux/arm64 manifest",
                  "sha256:8284c1b603e801c98ed610413f9610ba3c522fc197f08a4132c9f4928f8d9af3"));
    }
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
    String expected;
    try (InputStream golden = ReproducibilityTest.class.getResourceAsStream("sandbox.lock.json")) {
      expected = new String(golden.readAllBytes(), StandardCharsets.UTF_8);
    }

    assertThat(Files.readString(lock).replace(directory.toString(), "FOLDER"))
        .as(
            "The lock file's text changed, and everybody who keeps one would see a difference: undo"
                + " that, or write the new text to sandbox.lock.json beside this test")
        .isEqualTo(expected);
  }

  private static void assertLayer(
      Map<String, Layer> layers, String createdBy, Layer expected, String format) {
    assertThat(layers).containsKey(createdBy);
    assertThat(layers.get(createdBy)).as(moved("layer " + createdBy, format)).isEqualTo(expected);
  }

  private static String moved(String what, String format) {
    requireExisting(format);
    return "The bytes of "
        + what
        + " moved. Undo that; where it is wanted, raise "
        + format
        + ", so that no cache gives the old bytes, and pin the new ones here";
  }

  /** A number that is told to be raised is one that there is. */
  private static void requireExisting(String format) {
    List<MatchResult> named = FORMAT_CONSTANT.matcher(format).results().toList();
    assertThat(named).as("constants named in \"" + format + "\"").isNotEmpty();
    for (MatchResult each : named) {
      assertThatCode(
              () ->
                  Class.forName("ai.opencode.sandbox." + each.group(1))
                      .getDeclaredField(each.group(2)))
          .as(each.group())
          .doesNotThrowAnyException();
    }
  }

  /** By what {@code docker history} shows, without base and version. */
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
