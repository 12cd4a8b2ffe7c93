package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.npm.ANpmTarball;
import ai.opencode.sandbox.npm.Integrity;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.publish.Delivery;
import ai.opencode.sandbox.publish.Publication;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Builds from definition to image, on an upstream of a few kilobytes. */
class SandboxBuilderTest {

  private static final AnApk TOOL =
      AnApk.named("tool").depends("library").withFile("usr/bin/tool", 0755, "#!tool");
  private static final AnApk LIBRARY =
      AnApk.named("library").withFile("usr/lib/library.so", 0644, "library");

  @TempDir private Path directory;

  @Test
  void makesAnImageOfSignedPackages() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY)) {
      BuiltImage image = build(upstream.settings(), ASmallUpstream.image("tool"));

      BlobStore blobs = new BlobStore(upstream.cache());
      BuiltRoot root = BuiltRoot.of(image.platforms().get(0).blobs(), blobs);
      assertThat(root.text("usr/bin/tool")).isEqualTo("#!tool");
      assertThat(root.text("usr/lib/library.so")).isEqualTo("library");
      assertThat(root.text("etc/apk/world")).isEqualTo("tool\n");
      assertThat(root.text("lib/apk/db/installed"))
          .contains("P:library\n", "P:tool\n", "F:usr/bin\nR:tool\na:0:0:755\n");
      assertThat(root.text("etc/passwd")).contains("opencode:x:1000:1000:");
      assertThat(root.text("etc/shells")).isEqualTo("/bin/sh\n/bin/bash\n");
    }
  }

  @Test
  void everyDiffIdIsThatOfItsLayersArchive() throws Exception {
    AnApk big = AnApk.named("big").withFile("usr/share/noise", 0644, noise(3 << 20));
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY, big)) {
      BuiltImage image = build(upstream.settings(), ASmallUpstream.image("tool", "big"));

      BlobStore blobs = new BlobStore(upstream.cache());
      Manifest manifest =
          Manifest.parse(blobs.read(image.platforms().get(0).manifest().digest()), "the image");
      ImageConfig config = ImageConfig.parse(blobs.read(manifest.config().digest()), "config");
      for (int i = 0; i < manifest.layers().size(); i++) {
        assertThat(BuiltRoot.diffId(manifest.layers().get(i), blobs))
            .isEqualTo(config.diffIds().get(i));
      }
    }
  }

  @Test
  void aBigPackagesDataSegmentIsALayer() throws Exception {
    AnApk big = AnApk.named("big").withFile("usr/share/noise", 0644, noise(3 << 20));
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, big)) {
      BuiltImage image = build(upstream.settings(), ASmallUpstream.image("big"));

      assertThat(image.platforms().get(0).blobs())
          .extracting(Descriptor::digest)
          .contains(Digest.sha256(big.data()));
    }
  }

  @Test
  void knowsTheDeliveriesOfEachImage() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, AnApk.named("tool"))) {
      ImageDefinition one = ASmallUpstream.image("tool").withName("one");
      ImageDefinition two = ASmallUpstream.image("tool").withName("two");
      List<Target> targets =
          List.of(
              Target.of("oci:" + directory.resolve("a")),
              Target.of("oci:" + directory.resolve("b")));

      SandboxBuilder.Sent sent =
          new SandboxBuilder(upstream.settings(), Progress.silent())
              .buildAndSend(List.of(two, one, two), targets, Publication.standard());

      assertThat(sent.images()).extracting(BuiltImage::name).containsExactly("two", "one", "two");
      assertThat(sent.deliveries()).hasSize(4);
      for (SentImage each : sent.all()) {
        assertThat(each.deliveries()).extracting(Delivery::target).isEqualTo(targets);
        assertThat(each.deliveries())
            .allMatch(delivery -> delivery.image().equals(each.image().name()))
            .allMatch(delivery -> delivery.digest().equals(each.image().digest()));
      }
      SentImage first = sent.all().get(0);
      SentImage second = sent.all().get(1);
      assertThatThrownBy(() -> new SentImage(first.image(), second.deliveries()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no delivery of two");
    }
  }

  @Test
  void repairsAFileThatProvesCorruptWhenItIsSent() throws Exception {
    AnApk big = AnApk.named("big").withFile("usr/share/noise", 0644, noise(3 << 20));
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, big)) {
      List<ImageDefinition> definitions = List.of(ASmallUpstream.image("big"));
      SandboxBuilder builder = new SandboxBuilder(upstream.settings(), Progress.silent());
      BuiltImage right = builder.build(definitions).get(0);
      Path layer = new BlobStore(upstream.cache()).path(Digest.sha256(big.data()));
      byte[] wrong = Files.readAllBytes(layer);
      wrong[wrong.length / 2] ^= 0x55;
      Files.write(layer, wrong);

      List<Target> targets =
          List.of(
              Target.of("oci:" + directory.resolve("one")),
              Target.of("oci:" + directory.resolve("two")));
      SandboxBuilder.Sent sent = builder.buildAndSend(definitions, targets, Publication.standard());

      assertThat(layer).hasBinaryContent(big.data());
      assertThat(sent.images()).extracting(BuiltImage::index).containsExactly(right.index());
      assertThat(sent.deliveries()).extracting(Delivery::target).isEqualTo(targets);
      for (String place : List.of("one", "two")) {
        new OciLayout(directory.resolve(place)).blobs().verify(Digest.sha256(big.data()));
      }
    }
  }

  @Test
  void theSameInputsGiveTheSameDigestInAnEmptyCache() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY)) {
      ImageDefinition definition =
          ASmallUpstream.image("tool").withEnvironment("A", "1").withEnvironment("B", "2");
      BuiltImage first = build(upstream.settings(), definition);
      BuiltImage second =
          build(upstream.settings().withCache(directory.resolve("other")), definition);
      BuiltImage third = build(upstream.settings(), definition);

      assertThat(second.index().digest()).isEqualTo(first.index().digest());
      assertThat(third.index().digest()).isEqualTo(first.index().digest());
    }
  }

  @Test
  void aChildStartsWithItsParentsLayers() throws Exception {
    AnApk extra = AnApk.named("extra").withFile("usr/bin/extra", 0755, "#!extra");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY, extra)) {
      ImageDefinition parent = ASmallUpstream.image("tool");
      ImageDefinition child = ImageDefinition.from(parent, "child").withPackages("extra");
      List<BuiltImage> images =
          new SandboxBuilder(upstream.settings(), Progress.silent()).build(List.of(parent, child));

      List<Descriptor> below = images.get(0).platforms().get(0).blobs();
      List<Descriptor> layers = images.get(1).platforms().get(0).blobs();
      assertThat(layers.subList(0, below.size())).isEqualTo(below);
      BuiltRoot root = BuiltRoot.of(layers, new BlobStore(upstream.cache()));
      assertThat(root.text("etc/apk/world")).isEqualTo("extra\ntool\n");
      assertThat(root.text("lib/apk/db/installed"))
          .contains("P:extra\n", "P:library\n", "P:tool\n");
    }
  }

  @Test
  void ownersAreLookedUpByNameInTheBase() throws Exception {
    Attributes toolsOwn = Attributes.of(0640).withOwner(501, 20).withNames("tools", "tools");
    AnApk owned = AnApk.named("owned").withFile("var/owned", toolsOwn, "owned");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, owned)) {
      BuiltImage image = build(upstream.settings(), ASmallUpstream.image("owned"));

      BuiltRoot root =
          BuiltRoot.of(image.platforms().get(0).blobs(), new BlobStore(upstream.cache()));
      assertThat(root.entry("var/owned").attributes().uid()).isEqualTo(77);
      assertThat(root.entry("var/owned").attributes().gid()).isEqualTo(78);
      assertThat(root.text("lib/apk/db/installed")).contains("R:owned\na:77:78:640\n");
    }
  }

  @Test
  void pathsFollowLinksOfTheBase() throws Exception {
    AnApk linked = AnApk.named("linked").withFile("lib64/ld.so", 0755, "loader");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, linked)) {
      BuiltImage image = build(upstream.settings(), ASmallUpstream.image("linked"));

      BuiltRoot root =
          BuiltRoot.of(image.platforms().get(0).blobs(), new BlobStore(upstream.cache()));
      assertThat(root.text("lib/ld.so")).isEqualTo("loader");
      assertThat(root.has("lib64/ld.so")).isFalse();
    }
  }

  @Test
  void keepsChangedFilesBelowEtcAndAddsThePackagesBesideThem() throws Exception {
    AnApk shells = AnApk.named("shells").withFile("etc/shells", 0644, "/bin/other\n");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, shells)) {
      BuiltImage image = build(upstream.settings(), ASmallUpstream.image("shells"));

      BuiltRoot root =
          BuiltRoot.of(image.platforms().get(0).blobs(), new BlobStore(upstream.cache()));
      assertThat(root.text("etc/shells")).isEqualTo("/bin/sh\n/bin/bash\n");
      assertThat(root.text("etc/shells.apk-new")).isEqualTo("/bin/other\n");
    }
  }

  @Test
  void refusesTwoPackagesWithOneFile() throws Exception {
    AnApk rival = AnApk.named("rival").withFile("usr/bin/tool", 0755, "#!rival");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY, rival)) {
      assertThatThrownBy(() -> build(upstream.settings(), ASmallUpstream.image("tool", "rival")))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("usr/bin/tool")
          .hasMessageContaining("rival-1.0-r0");
    }
  }

  @Test
  void refusesAFileInAnUnlistedDirectory() throws Exception {
    AnApk loose = AnApk.named("loose").withFile("usr/bin/loose", 0755, "x").withoutItsFolders();
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, loose)) {
      assertThatThrownBy(() -> build(upstream.settings(), ASmallUpstream.image("loose")))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("loose-1.0-r0.apk: usr/bin/loose is in the directory usr/bin,")
          .hasMessageContaining("does not list");
    }
  }

  @Test
  void replacesTakesAFileOver() throws Exception {
    AnApk rival =
        AnApk.named("rival")
            .replaces("tool")
            .depends("tool")
            .withFile("usr/bin/tool", 0755, "#!rival");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY, rival)) {
      BuiltImage image = build(upstream.settings(), ASmallUpstream.image("rival"));

      BuiltRoot root =
          BuiltRoot.of(image.platforms().get(0).blobs(), new BlobStore(upstream.cache()));
      assertThat(root.text("usr/bin/tool")).isEqualTo("#!rival");
      assertThat(root.text("lib/apk/db/installed").split("R:tool\n", -1)).hasSize(2);
    }
  }

  @Test
  void namesADependencyThatNoPackageProvides() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL)) {
      assertThatThrownBy(() -> build(upstream.settings(), ASmallUpstream.image("tool")))
          .isInstanceOf(ResolutionException.class)
          .hasMessageContaining("library");
    }
  }

  @Test
  void rejectsAnIndexSignedByAnotherKey() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY)) {
      ARepository.in(upstream.repository())
          .with(TOOL, LIBRARY)
          .signed(ASigningKey.named("stranger.rsa.pub"))
          .write();

      assertThatThrownBy(() -> build(upstream.settings(), ASmallUpstream.image("tool")))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("stranger.rsa.pub");
      assertNothingHalfWritten(upstream.cache());
    }
  }

  @Test
  void rejectsATruncatedPackageAndStoresNoPartOfIt() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY)) {
      byte[] whole = Files.readAllBytes(upstream.file(TOOL));
      for (int length : List.of(0, 10, whole.length / 2, whole.length - 1)) {
        Files.write(upstream.file(TOOL), Arrays.copyOf(whole, length));

        assertThatThrownBy(() -> build(upstream.settings(), ASmallUpstream.image("tool")))
            .isInstanceOf(VerificationException.class)
            .hasMessageContaining("tool-1.0-r0.apk");
        assertNothingHalfWritten(upstream.cache());
      }
      Files.write(upstream.file(TOOL), whole);
      build(upstream.settings(), ASmallUpstream.image("tool"));
    }
  }

  @Test
  void rejectsAPackageThatIsNotTheOneInTheIndex() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY)) {
      // The size is the same, so that only the checksum differs.
      AnApk other = ofTheSameSize(TOOL);
      assertThat(other.bytes()).hasSameSizeAs(TOOL.bytes()).isNotEqualTo(TOOL.bytes());
      Files.write(upstream.file(TOOL), other.bytes());

      assertThatThrownBy(() -> build(upstream.settings(), ASmallUpstream.image("tool")))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("tool-1.0-r0.apk")
          .hasMessageContaining("checksum");
      assertNothingHalfWritten(upstream.cache());
    }
  }

  private static AnApk ofTheSameSize(AnApk apk) {
    int wanted = apk.bytes().length;
    for (int i = 0; i < 10_000; i++) {
      AnApk other = apk.info("pkgdesc", "made for a t" + i);
      if (other.bytes().length == wanted) {
        return other;
      }
    }
    throw new AssertionError("no other package of " + wanted + " bytes");
  }

  @Test
  void usesAnExistingLock() throws Exception {
    Path lock = directory.resolve("sandbox.lock.json");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY)) {
      BuildSettings settings = upstream.settings().withLockFile(lock, false);
      BuiltImage first = build(settings, ASmallUpstream.image("tool"));
      String written = Files.readString(lock);
      AnApk newer = TOOL.version("2.0-r0");
      ARepository.in(upstream.repository())
          .with(TOOL, newer, LIBRARY)
          .signed(ASmallUpstream.KEY)
          .write();

      BuiltImage second = build(settings.withLockFile(lock, true), ASmallUpstream.image("tool"));

      assertThat(second.index().digest()).isEqualTo(first.index().digest());
      assertThat(Files.readString(lock)).isEqualTo(written);
      assertThat(written).contains("\"name\" : \"tool\"", "\"datahash\" : \"sha256:");
    }
  }

  @Test
  void aLockedImageThatWasMadeBeforeNeedsNoNetwork() throws Exception {
    Path lock = directory.resolve("sandbox.lock.json");
    BuildSettings settings;
    BuiltImage first;
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY)) {
      settings = upstream.settings().withLockFile(lock, false);
      first = build(settings, ASmallUpstream.image("tool"));
      Files.delete(upstream.repository().resolve("x86_64").resolve("APKINDEX.tar.gz"));
    }
    BuiltImage second = build(settings.withOffline(true), ASmallUpstream.image("tool"));
    BuiltImage changed =
        build(settings.withOffline(true), ASmallUpstream.image("tool").withEnvironment("A", "1"));

    assertThat(second.index().digest()).isEqualTo(first.index().digest());
    assertThat(changed.index().digest()).isNotEqualTo(first.index().digest());
  }

  @Test
  void offlineDoesNotPullAMissingBaseImage() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY)) {
      BuildSettings offline = upstream.settings().withOffline(true);
      assertThatThrownBy(() -> build(offline, ASmallUpstream.image("tool")))
          .isInstanceOf(NetworkException.class)
          .hasMessageContaining(
              " is not in the cache, and --offline forbids pulling it. Build once without"
                  + " --offline.");
    }
  }

  @Test
  void offlineTheStandInIsNotMade() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/apt-get")), "skipped: no apt-get");
    BuildSettings offline =
        BuildSettings.standard()
            .withCache(directory.resolve("empty"))
            .withUpstream(UpstreamChoice.STAND_IN)
            .withOffline(true);

    assertThatThrownBy(() -> build(offline, ASmallUpstream.image("tool")))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining(" is not in the cache, and --offline forbids ");
    assertThat(directory.resolve("empty/stand-in")).doesNotExist();
  }

  @Test
  void lockedRefusesImagesThatTheLockDoesNotName() throws Exception {
    Path lock = directory.resolve("sandbox.lock.json");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY)) {
      BuildSettings locked = upstream.settings().withLockFile(lock, true);
      assertThatThrownBy(() -> build(locked, ASmallUpstream.image("tool")))
          .isInstanceOf(LockException.class)
          .hasMessageContaining("sandbox.lock.json");

      build(upstream.settings().withLockFile(lock, false), ASmallUpstream.image("tool"));
      assertThatThrownBy(() -> build(locked, ASmallUpstream.image("library", "tool")))
          .isInstanceOf(LockException.class)
          .hasMessageContaining("small");
    }
  }

  @Test
  void namesALockedPackageThatIsGone() throws Exception {
    Path lock = directory.resolve("sandbox.lock.json");
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY)) {
      BuildSettings settings = upstream.settings().withLockFile(lock, false);
      build(settings, ASmallUpstream.image("tool"));
      Files.delete(upstream.file(TOOL));

      assertThatThrownBy(
              () ->
                  build(
                      settings.withCache(directory.resolve("empty")), ASmallUpstream.image("tool")))
          .isInstanceOf(LockException.class)
          .hasMessageContaining("tool-1.0-r0.apk is gone")
          .hasMessageContaining("lock");
    }
  }

  @Test
  void aTargetThatCannotBeWrittenIsNamed() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY)) {
      Path file = Files.writeString(directory.resolve("file"), "not a directory");
      SandboxBuilder builder = new SandboxBuilder(upstream.settings(), Progress.silent());
      List<BuiltImage> images = builder.build(List.of(ASmallUpstream.image("tool")));

      assertThatThrownBy(() -> builder.send(images, Target.of("oci:" + file)))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining(file.toString());
    }
  }

  @Test
  void rejectsATarballThatDoesNotMatchThePackageLock() throws Exception {
    byte[] served = ANpmTarball.named("left-pad").withFile("index.js", "evil").bytes();
    Integrity promised = ANpmTarball.named("left-pad").withFile("index.js", "good").integrity();
    String packageJson =
        "{\"name\":\"p\",\"version\":\"1.0.0\",\"dependencies\":{\"left-pad\":\"1.0.0\"}}";
    String packageLock =
        "{\"name\":\"p\",\"version\":\"1.0.0\",\"lockfileVersion\":3,\"packages\":{\"\":"
            + packageJson
            + ",\"node_modules/left-pad\":{\"version\":\"1.0.0\",\"integrity\":\""
            + promised
            + "\"}}}";
    HttpServer npm =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    npm.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, served.length);
          exchange.getResponseBody().write(served);
          exchange.close();
        });
    npm.start();
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY)) {
      BuildSettings settings =
          upstream
              .settings()
              .withNpmRegistry("http://127.0.0.1:" + npm.getAddress().getPort() + "/");
      ImageDefinition definition =
          ASmallUpstream.image("tool").withNpm(new NpmProject(packageJson, packageLock));

      assertThatThrownBy(() -> build(settings, definition))
          .isInstanceOf(VerificationException.class)
          .hasMessageContaining("left-pad");
      assertNothingHalfWritten(upstream.cache());
      assertThat(upstream.cache().resolve("npm")).doesNotExist();
    } finally {
      npm.stop(0);
    }
  }

  @Test
  void imagesAreNamedInTheLayout() throws Exception {
    try (ASmallUpstream upstream = ASmallUpstream.in(directory, TOOL, LIBRARY)) {
      SandboxBuilder builder = new SandboxBuilder(upstream.settings(), Progress.silent());
      List<BuiltImage> images = builder.build(List.of(ASmallUpstream.image("tool")));
      Path layout = directory.resolve("images");

      assertThat(builder.send(images, Target.of("oci:" + layout)))
          .extracting(each -> each.place().toString())
          .containsExactly("oci:" + layout + ":small");
      assertThat(new OciLayout(layout).find("small"))
          .map(Descriptor::digest)
          .contains(images.get(0).index().digest());
    }
  }

  @Test
  void standInImagesDoNotLeaveTheMachine() {
    BuiltImage image =
        new BuiltImage(
            "small",
            "1",
            UpstreamKind.STAND_IN,
            Descriptor.of("x", Digest.sha256(new byte[0]), 0),
            List.of());
    SandboxBuilder builder =
        new SandboxBuilder(
            BuildSettings.standard().withCache(directory.resolve("cache")), Progress.silent());

    assertThatThrownBy(() -> builder.send(List.of(image), Target.of("registry.example/team/")))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith("small is made from the stand-in and must not leave this machine")
        .hasMessageContaining("not sent to registry.example/team/");
  }

  private static BuiltImage build(BuildSettings settings, ImageDefinition definition)
      throws IOException {
    return new SandboxBuilder(settings, Progress.silent()).build(List.of(definition)).get(0);
  }

  static void assertNothingHalfWritten(Path cache) throws IOException {
    try (Stream<Path> files = Files.walk(cache)) {
      assertThat(files.filter(file -> file.toString().endsWith(".part"))).isEmpty();
    }
    Path blobs = cache.resolve("blobs").resolve("sha256");
    try (Stream<Path> files = Files.list(blobs)) {
      for (Path file : files.toList()) {
        new BlobStore(cache).verify(new Digest(file.getFileName().toString()));
      }
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
