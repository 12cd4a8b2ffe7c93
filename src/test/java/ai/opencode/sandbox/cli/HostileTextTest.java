package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.lock.LockDifference;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.lock.LockedBase;
import ai.opencode.sandbox.lock.LockedImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.report.Stage;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile text from each of its sources: none of it reaches the terminal unchanged. */
class HostileTextTest {

  private static final String HOSTILE =
      "a\u001b[2J\u009b31m\u202eb\u2028\u200b\u0085\r\n::error::x\n##[error]y\ud800\u007f";

  @TempDir private Path directory;

  @Test
  void ofARegistry() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] error =
        new ObjectMapper()
            .writeValueAsBytes(
                Map.of("errors", List.of(Map.of("code", HOSTILE, "message", HOSTILE))));
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(403, error.length);
            exchange.getResponseBody().write(error);
          }
        });
    server.start();
    try {
      String image = "127.0.0.1:" + server.getAddress().getPort() + "/x:1";
      for (String command : List.of("verify", "inspect")) {
        ARun run = ARun.of(command, image);
        assertPlain(run);
        assertThat(run.err()).contains("31m").hasLineCount(1);
      }
      assertPlain(
          ARun.of(
              "build",
              "--upstream=mirror",
              "--base=" + image,
              "--cache=" + directory.resolve("cache"),
              "--to=oci:" + directory.resolve("images")));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void ofALayout() throws Exception {
    BlobStore blobs = new BlobStore(directory.resolve("layout"));
    ImageConfig config =
        ImageConfig.scratch(Platform.LINUX_AMD64)
            .withLabels(
                Map.of(
                    "org.opencontainers.image.title", HOSTILE,
                    "ai.opencode.sandbox.upstream", HOSTILE));
    Descriptor described = blobs.put(MediaType.CONFIG, config.toJson());
    Descriptor manifest =
        blobs.put(
            MediaType.MANIFEST,
            new Manifest(described, List.of(), Map.of("org.opencontainers.image.title", HOSTILE))
                .toJson());
    new OciLayout(directory.resolve("layout")).name(HOSTILE, manifest);
    String layout = "oci:" + directory.resolve("layout");

    for (List<String> command :
        List.of(
            List.of("verify", layout),
            List.of("verify", layout, "--contract=sandbox"),
            List.of("verify", layout, "--json", "--contract=sandbox"),
            List.of("inspect", layout),
            List.of("inspect", layout, "--json"),
            List.of("run", layout),
            List.of("publish", layout, "--to=127.0.0.1:1/x/"))) {
      assertPlain(ARun.of(command.toArray(String[]::new)));
    }
    String json = ARun.of("verify", layout, "--json", "--contract=sandbox").out();
    assertThat(new ObjectMapper().readTree(json).toString()).contains("\u009b31m");
  }

  @Test
  void ofALock() throws Exception {
    LockedImage image =
        new LockedImage(
            new LockedBase(
                Reference.of("registry.example/base").withDigest(digest("base")),
                null,
                new TreeMap<>(Map.of(HOSTILE + " | ok | @everyone <img src=x>", digest("key"))),
                BasePackages.UPGRADE),
            List.of(),
            List.of(),
            List.of(),
            null,
            null);
    LockFile before = LockFile.empty(UpstreamKind.MIRROR);
    LockFile after = before.with(HOSTILE, Platform.LINUX_AMD64, image);
    LockDifference difference = LockDifference.between(before, after);
    assertThat(difference.toText()).hasLineCount(difference.changes().size());
    assertPlain(new ARun(0, difference.toText(), difference.toMarkdown()));
    assertThat(difference.toMarkdown().lines().toList())
        .hasSize(difference.changes().size() + 3)
        .allMatch(line -> line.chars().filter(c -> c == '|').count() == 6);
    assertThat(difference.toMarkdown()).doesNotContain("<img", "@everyone");

    Path file = directory.resolve("sandbox.lock.json");
    Files.write(
        file,
        new ObjectMapper()
            .writeValueAsBytes(
                Map.of("lockVersion", 1, "upstream", "mirror", "images", Map.of(), HOSTILE, 1)));
    ARun run = ARun.of("lock", "--lock=" + file);
    assertPlain(run);
    assertThat(run.exitCode()).isEqualTo(7);
  }

  @Test
  void ofACommandLine() {
    assertPlain(ARun.of(HOSTILE));
    assertPlain(ARun.of("build", "--" + HOSTILE));
    assertPlain(ARun.of("build", HOSTILE));
    assertPlain(ARun.of("build", "--upstream=" + HOSTILE));
    assertPlain(ARun.of("security", "--image=" + HOSTILE));
    assertPlain(
        ARun.of("resolve", HOSTILE, "--keys=" + HOSTILE.replace("\ud800", ""), "--repository=x"));
  }

  @Test
  void ofAFailureAndItsStackTrace() {
    StringWriter err = new StringWriter();
    Failure failure =
        Failure.of(new VerificationException(HOSTILE, new IllegalStateException(HOSTILE)));
    failure.report(Edition.PRODUCT, Console.of(new PrintWriter(err, true)), true);

    assertPlain(new ARun(6, failure.sentence(), err.toString()));
    assertThat(failure.sentence()).hasLineCount(1);
  }

  @Test
  void ofProgressAndWarnings() {
    StringWriter err = new StringWriter();
    ConsoleProgress progress = new ConsoleProgress(new PrintWriter(err, true), true);
    progress.step(Stage.FETCH, HOSTILE);
    progress.done(Stage.FETCH, HOSTILE);
    progress.warn(HOSTILE);
    progress.finish();

    String text = err.toString().replaceAll("\u001b\\[\\?7[lh]|\r\u001b\\[2K", "");
    assertPlain(new ARun(0, "", text));
    assertThat(text.lines().toList()).hasSize(2);
  }

  private static void assertPlain(ARun run) {
    for (String text : List.of(run.out(), run.err())) {
      assertThat(text)
          .doesNotContain("\u001b", "\u009b", "\u202e", "\u2028", "\u200b", "\u0085", "\r")
          .doesNotContain("\ud800", "\u007f", "##[")
          .doesNotContainPattern("(?m)^\\s*::");
      // The text was broken up if one of its lines begins here; none should begin.
      if (!text.contains("\tat ") && !text.contains("apiVersion")) {
        assertThat(text.lines()).noneMatch(line -> line.startsWith(":"));
      }
    }
  }

  private static Digest digest(String text) {
    return Digest.sha256(text.getBytes(StandardCharsets.UTF_8));
  }
}
