package ai.opencode.sandbox;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.npm.ANpmTarball;
import ai.opencode.sandbox.publish.Publication;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.records.CacheSource;
import ai.opencode.sandbox.registry.ARegistry;
import ai.opencode.sandbox.report.AProgress;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Machines with empty caches that share a registry and the sources of packages: a small upstream
 * and an npm registry of one package.
 */
final class AFleet implements AutoCloseable {

  static final AnApk TOOL =
      AnApk.named("tool").depends("library").withFile("usr/bin/tool", 0755, "#!tool");
  static final AnApk LIBRARY =
      AnApk.named("library").withFile("usr/lib/library.so", 0644, "library");
  static final AnApk EXTRA = AnApk.named("extra").withFile("usr/bin/extra", 0755, "#!extra");

  /** A package whose data is a layer. */
  static final AnApk BIG = AnApk.named("big").withFile("usr/share/noise", 0644, noise(2_200_000));

  private static final ANpmTarball NPM =
      ANpmTarball.empty("left-pad", "1.0.0")
          .withFile(
              "package.json",
              "{\"name\":\"left-pad\",\"version\":\"1.0.0\","
                  + "\"scripts\":{\"postinstall\":\"node build.js\"}}")
          .withFile("index.js", "pad");

  final ASmallUpstream upstream;
  final Path directory;
  private final HttpServer npm;
  private final AtomicInteger tarballs = new AtomicInteger();
  private final AtomicInteger numbers = new AtomicInteger();

  private AFleet(Path directory, ASmallUpstream upstream) throws IOException {
    this.directory = directory;
    this.upstream = upstream;
    this.npm = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] tarball = NPM.bytes();
    npm.createContext(
        "/",
        exchange -> {
          tarballs.incrementAndGet();
          exchange.sendResponseHeaders(200, tarball.length);
          exchange.getResponseBody().write(tarball);
          exchange.close();
        });
    npm.start();
  }

  static AFleet in(Path directory) throws IOException {
    Path place = Files.createDirectories(directory.resolve("upstream"));
    return new AFleet(directory, ASmallUpstream.ofSigned(place, TOOL, LIBRARY, EXTRA, BIG));
  }

  static AFleet forBothPlatforms(Path directory) throws IOException {
    Path place = Files.createDirectories(directory.resolve("upstream"));
    return new AFleet(
        directory, ASmallUpstream.soundForBothPlatforms(place, TOOL, LIBRARY, EXTRA, BIG));
  }

  /** Returns an image of packages and an npm project. */
  static ImageDefinition image(String... packages) {
    String asked =
        "{\"name\":\"p\",\"version\":\"1.0.0\",\"dependencies\":{\"left-pad\":\"1.0.0\"}}";
    String lock =
        "{\"name\":\"p\",\"version\":\"1.0.0\",\"lockfileVersion\":3,\"packages\":{\"\":"
            + asked
            + ",\"node_modules/left-pad\":{\"version\":\"1.0.0\",\"hasInstallScript\":true,"
            + "\"integrity\":\""
            + NPM.integrity()
            + "\"}}}";
    return ASmallUpstream.image(packages).withNpm(new NpmProject(asked, lock));
  }

  /** Returns a machine without a cache and a lock. */
  Machine machine() {
    return new Machine(directory.resolve("machine" + numbers.incrementAndGet()), List.of(), "");
  }

  /** Ends the sources of packages and base images, so that a build that asks for one fails. */
  void endSources() throws IOException {
    upstream.close();
    npm.stop(0);
    try (Stream<Path> files = Files.walk(upstream.repository())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Does something without the file of a package, so that a build that needs it fails. */
  void without(AnApk apk, Work work) throws IOException {
    Path file = upstream.file(apk);
    Path away = Files.move(file, directory.resolve(file.getFileName()));
    try {
      work.run();
    } finally {
      Files.move(away, file);
    }
  }

  /** Work that may fail. */
  interface Work {
    void run() throws IOException;
  }

  /** Returns how many tarballs of npm packages were fetched. */
  int tarballs() {
    return tarballs.get();
  }

  /** A machine with a cache of its own. */
  final class Machine {

    final Path cache;
    final Path lock;
    private List<String> said = new CopyOnWriteArrayList<>();
    private final List<CacheSource> former;
    private final String lockText;
    private UnaryOperator<BuildSettings> change = each -> each;

    private Machine(Path cache, List<CacheSource> former, String lockText) {
      this.cache = cache;
      this.lock = Path.of(cache + ".lock.json");
      this.former = former;
      this.lockText = lockText;
    }

    /** With the text of a lock. */
    Machine with(String newLock) throws IOException {
      Machine machine = new Machine(cache, former, newLock);
      machine.change = change;
      if (!newLock.isEmpty()) {
        Files.writeString(machine.lock, newLock);
      }
      return machine;
    }

    /** With former images at these places. */
    Machine from(String... places) {
      return change(each -> each, Stream.of(places).map(CacheSource::new).toList());
    }

    Machine change(UnaryOperator<BuildSettings> more) {
      return change(more, former);
    }

    private Machine change(UnaryOperator<BuildSettings> more, List<CacheSource> places) {
      Machine machine = new Machine(cache, places, lockText);
      machine.said = said;
      UnaryOperator<BuildSettings> before = change;
      machine.change = each -> more.apply(before.apply(each));
      return machine;
    }

    private SandboxBuilder builder() {
      BuildSettings settings =
          change.apply(
              upstream
                  .settings()
                  .withCache(cache)
                  .withLockFile(lock, false)
                  .withNpmRegistry("http://127.0.0.1:" + npm.getAddress().getPort() + "/"));
      return new SandboxBuilder(settings, log()).withCacheFrom(former);
    }

    private AProgress log() {
      return new AProgress() {
        @Override
        public void step(String stage, String detail) {
          said.add(stage + ": " + detail);
        }

        @Override
        public void done(String stage, String detail) {
          said.add(stage + ": " + detail);
        }

        @Override
        public void warn(String sentence) {
          said.add("warning: " + sentence);
        }
      };
    }

    BuiltImage build(ImageDefinition definition) throws IOException {
      return build(List.of(definition)).get(0);
    }

    List<BuiltImage> build(List<ImageDefinition> definitions) throws IOException {
      return builder().build(definitions);
    }

    /** Builds an image and sends it to places. */
    BuiltImage send(ImageDefinition definition, String... places) throws IOException {
      return send(List.of(definition), places).get(0);
    }

    List<BuiltImage> send(List<ImageDefinition> definitions, String... places) throws IOException {
      List<Target> targets = new ArrayList<>();
      for (String each : places) {
        targets.add(Target.of(each));
      }
      return builder().buildAndSend(definitions, targets, Publication.standard()).images();
    }

    /** Returns what its builds have said. */
    List<String> said() {
      return said;
    }

    String lockText() throws IOException {
      return Files.readString(lock);
    }

    /** Returns what the build said about former images. */
    List<String> saidOfFormer() {
      return said.stream().filter(each -> each.startsWith("cache: ")).toList();
    }

    /** Returns whether former images were found wrong, so that the build was done again. */
    boolean wasDisproved() {
      return said.stream().anyMatch(each -> each.contains("is not used"));
    }
  }

  static ARegistry registry(Path directory) throws IOException {
    return ARegistry.behind(directory, (request, number) -> null);
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

  @Override
  public void close() throws IOException {
    upstream.close();
    npm.stop(0);
  }
}
