package ai.opencode.sandbox.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.ASmallUpstream;
import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The command {@code build} on an upstream of a few kilobytes. */
@Execution(ExecutionMode.CONCURRENT)
class BuildCommandTest {

  private static final AnApk[] PACKAGES =
      SandboxImages.base().packages().stream()
          .map(
              wanted ->
                  wanted.name().equals("nodejs")
                      ? AnApk.named("nodejs").version("24.1.0-r0")
                      : AnApk.named(wanted.name())
                          .withFile("usr/bin/" + wanted, 0755, "#!" + wanted))
          .toArray(AnApk[]::new);

  @TempDir private Path directory;
  private ASmallUpstream upstream;

  @BeforeEach
  void start() throws Exception {
    upstream = ASmallUpstream.in(directory.resolve("upstream"), PACKAGES);
  }

  @AfterEach
  void stop() throws Exception {
    upstream.close();
  }

  @Test
  void buildsIntoADirectoryAndPrintsResults() throws Exception {
    ARun run = build("--json", "results/all.json", "--results", "results", "base");

    assertThat(run.err()).contains("image     opencode-sandbox-base@sha256:");
    assertThat(run.exitCode()).isZero();
    Descriptor image =
        new OciLayout(directory.resolve("images")).find("opencode-sandbox-base").orElseThrow();
    String digest = image.digest().toString();
    assertThat(run.out())
        .startsWith("IMAGE ")
        .contains(
            "\nopencode-sandbox-base  linux/amd64  " + image.digest().hex().substring(0, 12) + " ")
        .containsPattern("Try next:\n  .*opencode-sandbox-base.*\n  .*opencode-sandbox-base.*\n$");
    assertThat(directory.resolve("results/opencode-sandbox-base.digest")).hasContent(digest);
    JsonNode one = json("results/opencode-sandbox-base.json");
    assertThat(one.path("digest").asText()).isEqualTo(digest);
    assertThat(one.path("version").asText()).isEqualTo("dev");
    assertThat(one.path("upstream").asText()).isEqualTo("mirror");
    assertThat(one.path("platforms").path(0).path("platform").asText()).isEqualTo("linux/amd64");
    assertThat(json("results/all.json").path("images").path(0)).isEqualTo(one);
  }

  @Test
  void anImageThatIsNamedTwiceIsBuiltOnce() {
    ARun run = build("base", "opencode-sandbox-base");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).containsOnlyOnce("linux/amd64");
  }

  @Test
  void aSettingNamesTheImagesThatNoArgumentNames() {
    Map<String, String> none = Map.of();
    for (Settings settings :
        List.of(
            new Settings(Map.of("sandbox.images", "x, y"), Map.of("SANDBOX_IMAGES", "z"), none),
            new Settings(Map.of("sandbox.build.images", "x"), none, none),
            new Settings(none, Map.of("SANDBOX_IMAGES", "x"), none),
            new Settings(none, none, Map.of("sandbox.images", "x,")))) {
      assertThat(ARun.with(settings, "build").err()).contains("no image \"x\"");
      assertThat(ARun.with(settings, "build", "argument").err()).contains("no image \"argument\"");
    }
    assertThat(ARun.of("build", "--images", "base,x").err()).contains("no image \"x\"");
  }

  @Test
  void namesEachImageInOneWay() {
    ARun run = ARun.of("build", "--images", "base", "developer");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("base", "developer", "one of them");
  }

  /** The second build finds the finished image, and with it the reasons. */
  @Test
  void explainsEveryPackageEachTime() {
    ARun first = build("--explain", "base");
    ARun second = build("--explain", "base");

    assertThat(explained(first))
        .contains("bash-1.0-r0 merged: BYTES in 3 entries are too few for a layer of its own")
        .contains("nodejs-24.1.0-r0 merged: BYTES in 0 entries are too few for a layer of its own")
        .hasSize(PACKAGES.length);
    assertThat(explained(second)).isEqualTo(explained(first));
  }

  private static List<String> explained(ARun run) {
    assertThat(run.exitCode()).isZero();
    return run.out()
        .lines()
        .takeWhile(line -> !line.isEmpty())
        .map(line -> line.replaceFirst("[0-9]+ bytes", "BYTES"))
        .toList();
  }

  @Test
  void aPasswordBelongsIntoTheEnvironment() {
    ARun seen = build("--registry-username", "me", "--registry-password", "secret", "base");
    assertThat(seen.exitCode()).isZero();
    assertThat(seen.err())
        .contains("Other users of this machine can read --registry-password")
        .doesNotContain("secret");

    Settings settings =
        new Settings(
            Map.of(),
            Map.of("SANDBOX_REGISTRY_USERNAME", "me", "SANDBOX_REGISTRY_PASSWORD", "secret"),
            Map.of());
    ARun unseen = ARun.with(settings, arguments("--to", "oci:" + directory.resolve("i"), "base"));
    assertThat(unseen.exitCode()).isZero();
    assertThat(unseen.err()).doesNotContain("--registry-password");
  }

  @Test
  void aMirrorsPasswordIsUsedAndShownNowhere() throws Exception {
    HttpServer mirror =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String known = "Basic " + Base64.getEncoder().encodeToString("me:open sesame".getBytes(UTF_8));
    mirror.createContext(
        "/",
        exchange -> {
          try (exchange) {
            Path file =
                upstream.repository().resolve(exchange.getRequestURI().getPath().substring(1));
            if (!known.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
              exchange.sendResponseHeaders(401, -1);
            } else if (!Files.isRegularFile(file)) {
              exchange.sendResponseHeaders(404, -1);
            } else {
              exchange.sendResponseHeaders(200, Files.size(file));
              Files.copy(file, exchange.getResponseBody());
            }
          }
        });
    mirror.start();
    try {
      String host = "127.0.0.1:" + mirror.getAddress().getPort();
      ARun refused = buildFrom("http://me:close%20sesame@" + host);
      assertThat(refused.exitCode()).isEqualTo(4);
      assertThat(refused.err())
          .contains("http://" + host + "/x86_64/APKINDEX.tar.gz is refused by 127.0.0.1 (401, with")
          .doesNotContain("close");

      ARun run = buildFrom("http://me:open%20sesame@" + host);
      assertThat(run.exitCode()).isZero();
      assertThat(run.err() + run.out()).doesNotContain("sesame");
      assertThat(Files.readString(directory.resolve("lock.json")))
          .contains("http://" + host)
          .doesNotContain("sesame");
      try (Stream<Path> files = Files.walk(directory.resolve("images"))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          assertThat(Files.readString(file, ISO_8859_1)).doesNotContain("sesame");
        }
      }
    } finally {
      mirror.stop(0);
    }
  }

  private ARun buildFrom(String repository) {
    return ARun.of(
        Arrays.stream(arguments("base"))
            .map(each -> each.startsWith("--repository=") ? "--repository=" + repository : each)
            .toArray(String[]::new));
  }

  @Test
  void givenCredentialsAreForOneRegistry() {
    Settings settings =
        new Settings(
            Map.of(),
            Map.of("SANDBOX_REGISTRY_USERNAME", "me", "SANDBOX_REGISTRY_PASSWORD", "secret"),
            Map.of());
    ARun run = ARun.with(settings, arguments("--to", "127.0.0.1:1/a/,127.0.0.1:2/b/", "base"));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains(
            "--registry-username would be for several registries, 127.0.0.1:1 and 127.0.0.1:2");
  }

  @Test
  void findsOutBeforeTheBuildThatARegistryDoesNotAnswer() {
    Settings settings =
        new Settings(Map.of("sandbox.registry", "127.0.0.1:1/acme"), Map.of(), Map.of());
    ARun run = ARun.with(settings, arguments("base"));
    assertThat(run.exitCode()).isEqualTo(5);
    assertThat(run.err()).contains("No answer from 127.0.0.1:1").doesNotContain("upstream");
  }

  @Test
  void publishesUnderEachImagesName() throws Exception {
    BlobStore store = new BlobStore(directory.resolve("target"));
    try (EmbeddedRegistry target = EmbeddedRegistry.start(store)) {
      Settings settings =
          new Settings(
              Map.of("sandbox.registry", target.address() + "/acme", "sandbox.version", "1.2.0"),
              Map.of(),
              Map.of());
      ARun run = ARun.with(settings, arguments("base"));

      assertThat(run.err()).contains("publish   " + target.address());
      assertThat(run.exitCode()).isZero();
      assertThat(target.find("acme/opencode-sandbox-base", "1.2.0")).isPresent();
      assertThat(run.out())
          .contains("docker run --rm -it")
          .contains(target.address() + "/acme/opencode-sandbox-base:1.2.0\n");
    }
  }

  @Test
  void aReleaseIsPublishedUnderAllItsTags() throws Exception {
    BlobStore store = new BlobStore(directory.resolve("target"));
    try (EmbeddedRegistry target = EmbeddedRegistry.start(store)) {
      ARun run = publish(target, "v1.2.3");

      assertThat(run.err()).contains(":v1.2.3 (also v1.2, v1, latest): ");
      assertThat(run.exitCode()).isZero();
      Optional<Descriptor> release = target.find("acme/opencode-sandbox-base", "v1.2.3");
      assertThat(release).isPresent();
      for (String tag : List.of("v1.2", "v1", "latest")) {
        assertThat(target.find("acme/opencode-sandbox-base", tag)).isEqualTo(release);
      }

      assertThat(publish(target, "v1.3.0-rc.1").exitCode()).isZero();
      assertThat(publish(target, "v2.0.0", "--tags", "full,major").exitCode()).isZero();

      assertThat(target.find("acme/opencode-sandbox-base", "v1.3.0-rc.1")).isPresent();
      assertThat(target.find("acme/opencode-sandbox-base", "v1.3")).isEmpty();
      assertThat(target.find("acme/opencode-sandbox-base", "v2")).isPresent();
      assertThat(target.find("acme/opencode-sandbox-base", "v2.0")).isEmpty();
      assertThat(target.find("acme/opencode-sandbox-base", "latest")).isEqualTo(release);
    }
  }

  @Test
  void aPublishedVersionStaysWhatItIs() throws Exception {
    BlobStore store = new BlobStore(directory.resolve("target"));
    try (EmbeddedRegistry target = EmbeddedRegistry.start(store)) {
      assertThat(publish(target, "1.2.3").exitCode()).isZero();
      Optional<Descriptor> published = target.find("acme/opencode-sandbox-base", "1.2.3");
      // The same content again is no change.
      assertThat(publish(target, "1.2.3").exitCode()).isZero();

      AnApk[] renewed = PACKAGES.clone();
      renewed[0] = renewed[0].withFile("usr/share/renewed", 0644, "renewed");
      ARepository.in(upstream.repository()).with(renewed).signed(ASmallUpstream.KEY).write();
      Files.delete(directory.resolve("lock.json"));
      ARun refused = publish(target, "1.2.3");

      assertThat(refused.exitCode()).isEqualTo(6);
      assertThat(sentence(refused))
          .startsWith(
              target.address() + "/acme/opencode-sandbox-base:1.2.3 is published with other")
          .endsWith("overwrite this one with --force.");
      assertThat(target.find("acme/opencode-sandbox-base", "1.2.3")).isEqualTo(published);
      assertThat(target.find("acme/opencode-sandbox-base", "latest")).isEqualTo(published);

      assertThat(publish(target, "1.2.3", "--force").exitCode()).isZero();
      assertThat(target.find("acme/opencode-sandbox-base", "1.2.3")).isNotEqualTo(published);
      // A snapshot is made to be replaced.
      assertThat(publish(target, "1.2.4-SNAPSHOT").exitCode()).isZero();
      ARepository.in(upstream.repository()).with(PACKAGES).signed(ASmallUpstream.KEY).write();
      Files.delete(directory.resolve("lock.json"));
      assertThat(publish(target, "1.2.4-SNAPSHOT").exitCode()).isZero();
    }
  }

  @Test
  void anUnknownKindOfTagIsRefusedBeforeAnythingIsBuilt() {
    ARun run = build("--tags", "newest", "base");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(sentence(run)).startsWith("\"newest\" is not a kind of tag");
    assertThat(upstream.cache()).doesNotExist();
  }

  @Test
  void aLockFileIsWrittenAndUsed() throws Exception {
    Path lock = directory.resolve("lock.json");
    assertThat(build("base").exitCode()).isZero();
    assertThat(lock).exists();

    ARun same = build("--locked", "base");
    assertThat(same.exitCode()).isZero();

    Files.writeString(lock, Files.readString(lock).replace("\"bash\"", "\"fish\""));
    ARun other = build("--locked", "base");
    assertThat(other.exitCode()).isEqualTo(7);
    assertThat(sentence(other)).startsWith("--locked: " + lock);
  }

  @Test
  void lockedWithoutLockFileIsALockMismatch() {
    ARun run = build("--locked", "base");

    assertThat(run.exitCode()).isEqualTo(7);
    assertThat(sentence(run)).contains("lock.json");
  }

  @Test
  void aMissingPackageIsAFailureOfResolution() {
    ARepository.in(upstream.repository()).with(PACKAGES[0]).signed(ASmallUpstream.KEY).write();
    ARun run = build("base");

    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(sentence(run)).contains("is in none of the repositories");
  }

  @Test
  void anIndexSignedByAnotherKeyIsNotTrusted() throws Exception {
    ASigningKey other = ASigningKey.named(ASmallUpstream.KEY.name());
    ARepository.in(upstream.repository()).with(PACKAGES).signed(other).write();
    ARun run = build("base");

    assertThat(run.exitCode()).isEqualTo(6);
    assertThat(sentence(run)).contains("APKINDEX.tar.gz");
    assertThat(directory.resolve("images")).doesNotExist();
  }

  @Test
  void aTruncatedPackageIsNotUsed() throws Exception {
    Path bash = upstream.file(PACKAGES[0]);
    byte[] bytes = Files.readAllBytes(bash);
    Files.write(bash, Arrays.copyOf(bytes, bytes.length - 20));
    ARun run = build("base");

    assertThat(run.exitCode()).isEqualTo(6);
    assertThat(sentence(run)).contains(bash.getFileName().toString());
    assertThat(directory.resolve("images")).doesNotExist();
  }

  private ARun build(String... more) {
    return ARun.of(arguments(more));
  }

  private ARun publish(EmbeddedRegistry target, String version, String... more) {
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.addAll(List.of("--registry", target.address() + "/acme"));
    arguments.addAll(List.of("--image-version", version, "base"));
    return build(arguments.toArray(String[]::new));
  }

  private String[] arguments(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "build",
                "--platform=linux/amd64",
                "--base=" + Objects.requireNonNull(upstream.settings().inputs().base()),
                "--repository=" + upstream.repository(),
                "--cache=" + upstream.cache(),
                "--lock=" + directory.resolve("lock.json"),
                "--to=oci:" + directory.resolve("images")));
    for (String each : more) {
      arguments.add(each.startsWith("results") ? directory.resolve(each).toString() : each);
    }
    return arguments.toArray(String[]::new);
  }

  private static String sentence(ARun run) {
    String last = run.err().lines().reduce("", (first, second) -> second);
    assertThat(last).startsWith("opencode-sandbox: ");
    return last.substring("opencode-sandbox: ".length());
  }

  private JsonNode json(String file) throws Exception {
    return new ObjectMapper().readTree(directory.resolve(file).toFile());
  }
}
