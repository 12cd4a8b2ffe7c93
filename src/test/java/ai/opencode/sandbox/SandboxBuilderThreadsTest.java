package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import ai.opencode.sandbox.report.Amount;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.ProgressEvent;
import ai.opencode.sandbox.report.Stage;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Builders inside a larger program: several at once, shared by threads, or interrupted. */
@Isolated
@Timeout(120)
class SandboxBuilderThreadsTest {

  private static final AnApk TOOL =
      AnApk.named("tool").depends("library").withFile("usr/bin/tool", 0755, "#!tool");
  private static final AnApk LIBRARY =
      AnApk.named("library").withFile("usr/lib/library.so", 0644, "library");
  private static final ImageDefinition IMAGE = ASmallUpstream.image("tool");
  private static final Duration PROMPTLY = Duration.ofSeconds(5);
  private static final Pattern OURS = Pattern.compile("transfer|ahead|embedded-registry-.*");

  @TempDir private Path directory;
  private ASmallUpstream upstream;

  @BeforeEach
  void start() throws IOException {
    upstream = ASmallUpstream.in(directory.resolve("upstream"), TOOL, LIBRARY);
  }

  @AfterEach
  void stop() throws IOException {
    upstream.close();
  }

  @Test
  void buildersWithOtherSettingsDoNotDisturbEachOther() throws Exception {
    List<BuildSettings> settings = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      settings.add(
          upstream.settings().withVersion("1.0." + i).withCache(directory.resolve("cache" + i)));
    }
    List<Callable<Digest>> work = new ArrayList<>();
    settings.forEach(each -> work.add(() -> build(new SandboxBuilder(each, Progress.silent()))));
    List<Digest> together = all(work);

    for (int i = 0; i < settings.size(); i++) {
      BuildSettings alone = settings.get(i).withCache(directory.resolve("alone" + i));
      assertThat(build(new SandboxBuilder(alone, Progress.silent()))).isEqualTo(together.get(i));
    }
    assertThat(together).doesNotHaveDuplicates();
  }

  @Test
  void threadsMayShareABuilder() throws Exception {
    SandboxBuilder builder = new SandboxBuilder(upstream.settings(), Progress.silent());
    List<Callable<Digest>> work = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      ImageDefinition definition = IMAGE.withEnvironment("WHICH", "" + i % 2);
      work.add(() -> builder.build(List.of(definition)).get(0).index().digest());
    }
    List<Digest> together = all(work);

    assertThat(together.stream().distinct()).hasSize(2);
    for (int i = 2; i < together.size(); i++) {
      assertThat(together.get(i)).isEqualTo(together.get(i - 2));
    }
    SandboxBuilderTest.assertNothingHalfWritten(upstream.cache());
  }

  @Test
  void anInterruptEndsABuildThatWaitsForAServer() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    AtomicBoolean hanging = new AtomicBoolean(true);
    HttpServer server =
        serve(
            exchange -> {
              byte[] content =
                  Files.readAllBytes(
                      upstream
                          .repository()
                          .resolve(exchange.getRequestURI().getPath().substring(1)));
              exchange.sendResponseHeaders(200, content.length);
              if (hanging.get() && exchange.getRequestURI().getPath().contains("tool-")) {
                exchange.getResponseBody().write(content, 0, content.length / 2);
                exchange.getResponseBody().flush();
                waiting.countDown();
                return; // without the other half
              }
              exchange.getResponseBody().write(content);
              exchange.close();
            });
    try {
      String address = "http://127.0.0.1:" + server.getAddress().getPort();
      SandboxBuilder builder =
          new SandboxBuilder(
              upstream.settings().withRepositories(List.of(address)), Progress.silent());
      Interrupted build = Interrupted.start(upstream, () -> build(builder));
      waiting.await();
      Thread.sleep(50);

      build.interrupt();

      build.assertEnded();
      SandboxBuilderTest.assertNothingHalfWritten(upstream.cache());
      hanging.set(false);
      BuildSettings undisturbed = upstream.settings().withCache(directory.resolve("undisturbed"));
      assertThat(build(builder))
          .isEqualTo(build(new SandboxBuilder(undisturbed, Progress.silent())));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void anInterruptAtAnyMomentLeavesNothingHalfWritten() throws Exception {
    BuildSettings whole = upstream.settings().withCache(directory.resolve("whole"));
    Digest digest = build(new SandboxBuilder(whole, Progress.silent()));
    for (int i = 0; i < 20; i++) {
      Path cache = directory.resolve("interrupted" + i / 5);
      SandboxBuilder builder =
          new SandboxBuilder(
              upstream.settings().withCache(cache).withVersion("dev"), Progress.silent());
      Interrupted build = Interrupted.start(upstream, () -> build(builder));
      Thread.sleep(i * 7L);

      build.interrupt();

      build.assertEnded();
      if (Files.exists(cache.resolve("blobs"))) {
        SandboxBuilderTest.assertNothingHalfWritten(cache);
      }
      if (i % 5 == 4) {
        assertThat(build(builder)).isEqualTo(digest);
      }
    }
  }

  @Test
  void anInterruptEndsAPublication() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    // The server answers only the first request.
    HttpServer server =
        serve(
            exchange -> {
              if (exchange.getRequestURI().getPath().equals("/v2/")) {
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
              } else {
                waiting.countDown();
              }
            });
    try {
      SandboxBuilder builder = new SandboxBuilder(upstream.settings(), Progress.silent());
      List<BuiltImage> images = builder.build(List.of(IMAGE));
      Target target = Target.of("127.0.0.1:" + server.getAddress().getPort() + "/team/");
      Interrupted publication = Interrupted.start(upstream, () -> builder.send(images, target));
      waiting.await();

      publication.interrupt();

      publication.assertEnded();
    } finally {
      server.stop(0);
    }
  }

  @Test
  void reportsTransferredBytes() throws Exception {
    List<Amount> amounts = new CopyOnWriteArrayList<>();
    Progress watching = new Events(event -> event.amount().ifPresent(amounts::add));
    SandboxBuilder builder = new SandboxBuilder(upstream.settings(), watching);
    List<BuiltImage> images = builder.build(List.of(IMAGE));
    long packages = Files.size(upstream.file(TOOL)) + Files.size(upstream.file(LIBRARY));
    assertThat(amounts).hasSize(3); // the beginning, and each package
    assertThat(amounts).contains(new Amount(Amount.Unit.BYTES, packages, packages));

    amounts.clear();
    try (EmbeddedRegistry target =
        EmbeddedRegistry.start(new BlobStore(directory.resolve("target")))) {
      builder.send(images, Target.of(target.address() + "/team/"));
    }
    // All transfers of a pull except manifests, and the statements about the image.
    BuiltImage.BuiltPlatform platform = images.get(0).platforms().get(0);
    byte[] attestation =
        new BlobStore(upstream.cache()).read(platform.attestation().orElseThrow().digest());
    long bytes =
        platform.sizes().compressedBytes()
            + Manifest.parse(attestation, "the attestation").compressedSize();
    assertThat(amounts).contains(new Amount(Amount.Unit.BYTES, bytes, bytes));
  }

  @Test
  void eventsOfParallelBuildsTellTheirImages() throws Exception {
    List<ProgressEvent> events = new CopyOnWriteArrayList<>();
    SandboxBuilder builder = new SandboxBuilder(upstream.settings(), new Events(events::add));

    all(
        List.of(
            () -> builder.build(List.of(IMAGE.withName("one"))).get(0).digest(),
            () -> builder.build(List.of(IMAGE.withName("two"))).get(0).digest()));

    for (String name : List.of("one", "two")) {
      List<ProgressEvent> own =
          events.stream().filter(each -> each.image().equals(Optional.of(name))).toList();
      assertThat(own)
          .allMatch(each -> each.platform().equals(Optional.of(Platform.LINUX_AMD64)))
          .extracting(ProgressEvent::stage)
          .contains(Stage.RESOLVE, Stage.FETCH, Stage.LAYER, Stage.IMAGE);
      assertThat(own.stream().filter(each -> each.amount().isPresent())).hasSize(3);
    }
    assertThat(events.stream().filter(each -> each.image().isEmpty()).map(ProgressEvent::stage))
        .containsOnly(Stage.UPSTREAM, Stage.BASE, Stage.RESOLVE, Stage.LAYER);
  }

  private record Events(Consumer<ProgressEvent> receiver) implements Progress {

    @Override
    public void report(ProgressEvent event) {
      receiver.accept(event);
    }

    @Override
    public void warn(String sentence) {}
  }

  private static Digest build(SandboxBuilder builder) throws IOException {
    return builder.build(List.of(IMAGE)).get(0).index().digest();
  }

  private static List<Digest> all(List<Callable<Digest>> work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(work.size());
    try {
      List<Digest> results = new ArrayList<>();
      for (Future<Digest> each : threads.invokeAll(work)) {
        results.add(each.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  private interface Exchange {
    void answer(HttpExchange exchange) throws IOException;
  }

  private static HttpServer serve(Exchange answers) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", answers::answer);
    server.setExecutor(
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "test-server");
              thread.setDaemon(true);
              return thread;
            }));
    server.start();
    return server;
  }

  /** Work in a new thread, and its result. */
  private static final class Interrupted {

    private final Thread thread;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final AtomicBoolean status = new AtomicBoolean();
    private final AtomicBoolean finished = new AtomicBoolean();
    private final String upstreamsPort;
    private final Set<Thread> before;

    private Interrupted(String upstreamsPort, Callable<?> work) {
      this.upstreamsPort = upstreamsPort;
      this.before = ours();
      thread =
          new Thread(
              () -> {
                try {
                  work.call();
                  finished.set(true);
                } catch (Exception e) {
                  failure.set(e);
                }
                status.set(Thread.currentThread().isInterrupted());
              },
              "building");
    }

    static Interrupted start(ASmallUpstream upstream, Callable<?> work) {
      String base = String.valueOf(upstream.settings().inputs().base());
      Interrupted interrupted =
          new Interrupted(base.replaceFirst("^127\\.0\\.0\\.1:(\\d+)/.*", "-$1"), work);
      interrupted.thread.start();
      return interrupted;
    }

    void interrupt() {
      thread.interrupt();
    }

    /**
     * Checks that the work ended soon, with an exception and the interrupted status, or completed.
     */
    void assertEnded() throws InterruptedException {
      thread.join(PROMPTLY.toMillis());
      assertThat(thread.isAlive()).as("still at it").isFalse();
      if (!finished.get()) {
        assertThat(failure.get()).isNotNull();
        assertThat(status).as(() -> "status, with " + failure.get()).isTrue();
      }
      Set<Thread> left = Set.of();
      for (int i = 0; i < 100; i++) {
        left = ours();
        left.removeAll(before);
        if (left.isEmpty()) {
          break;
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertThat(left).isEmpty();
    }

    private Set<Thread> ours() {
      return Thread.getAllStackTraces().keySet().stream()
          .filter(each -> OURS.matcher(each.getName()).matches())
          .filter(each -> !each.getName().endsWith(upstreamsPort))
          .collect(Collectors.toSet());
    }
  }
}
