package ai.opencode.sandbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.SharedData;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResolveCommandTest {

  private static final ASigningKey KEY = ASigningKey.named("test.rsa.pub");
  private static final AnApk LIBRARY =
      AnApk.named("library").version("1.1-r0").withFile("usr/lib/l", 0644, "l");
  private static final AnApk TOOL = AnApk.named("tool").depends("library>=1.1");
  private static final AnApk EDGE = AnApk.named("tool").version("2.0-r0").depends("library");

  @TempDir private Path directory;
  private Path main;
  private Path keys;

  @BeforeEach
  void makeRepository() throws IOException {
    main = ARepository.in(directory.resolve("main")).with(TOOL, LIBRARY).signed(KEY).write();
    keys = Files.createDirectories(directory.resolve("keys"));
    Files.write(keys.resolve(KEY.name()), KEY.pem());
  }

  @Test
  void printsPackagesInInstallOrder() {
    ARun run = resolve("tool");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .isEqualTo("library-1.1-r0 from " + main + "\ntool-1.0-r0 from " + main + "\n");
  }

  @Test
  void printsJson() throws Exception {
    JsonNode result = new ObjectMapper().readTree(resolve("tool", "--json").out());

    assertThat(result).hasSize(2);
    assertThat(result.path(0).path("name").asText()).isEqualTo("library");
    assertThat(result.path(0).path("version").asText()).isEqualTo("1.1-r0");
    assertThat(result.path(0).path("repository").asText()).isEqualTo(main.toString());
    assertThat(result.path(0).path("size").asLong()).isEqualTo(LIBRARY.bytes().length);
    assertThat(result.path(0).path("installedSize").asLong()).isEqualTo(1);
    assertThat(result.path(0).path("checksum").asText())
        .isEqualTo(LIBRARY.toPackage().checksum().toString());
  }

  @Test
  void anIndexAloneIsEnough() throws Exception {
    Path alone = Files.createDirectories(directory.resolve("alone"));
    Path index =
        Files.copy(main.resolve("x86_64/APKINDEX.tar.gz"), alone.resolve("APKINDEX.tar.gz"));
    for (Path place : List.of(alone, index)) {
      ARun run =
          ARun.of("resolve", "tool", "--arch=x86_64", "--keys=" + keys, "--repository=" + place);
      assertThat(run.err()).isEmpty();
      assertThat(run.out())
          .isEqualTo("library-1.1-r0 from " + place + "\ntool-1.0-r0 from " + place + "\n");
    }
  }

  @Test
  void printsTheChainThatNeedsAPackage() {
    assertThat(resolve("tool", "--why", "library").out())
        .hasLineCount(2)
        .startsWith("library-1.1-r0, required by tool-1.0-r0 (library>=1.1)\n")
        .endsWith("\ntool-1.0-r0, required by world (tool)\n");
    assertThat(resolve("tool", "--why", "other").exitCode()).isEqualTo(2);
  }

  @Test
  void aTaggedRepositoryIsUsedForItsTagOnly() {
    Path edge = ARepository.in(directory.resolve("edge")).with(EDGE).signed(KEY).write();

    assertThat(resolve("tool", "--repository", "@edge " + edge).out()).contains("tool-1.0-r0");
    assertThat(resolve("tool@edge", "--repository", "@edge " + edge).out())
        .contains("tool-2.0-r0 from " + edge);
    assertThat(resolve("tool@edge").exitCode()).isEqualTo(3);
  }

  @Test
  void readsTheIndexFromAServer() throws Exception {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpServer server = HttpServer.create(anyPort, 0);
    server.createContext(
        "/x86_64/APKINDEX.tar.gz",
        exchange -> {
          byte[] index = Files.readAllBytes(main.resolve("x86_64/APKINDEX.tar.gz"));
          exchange.sendResponseHeaders(200, index.length);
          exchange.getResponseBody().write(index);
          exchange.close();
        });
    server.start();
    try {
      String address = "http://127.0.0.1:" + server.getAddress().getPort();
      ARun run =
          ARun.of(
              "resolve",
              "tool",
              "--repository",
              address,
              "--keys",
              keys.toString(),
              "--arch",
              "x86_64");

      assertThat(run.err()).isEmpty();
      assertThat(run.out()).contains("tool-1.0-r0 from " + address);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void anUnsatisfiableDependencyIsAFailureOfResolution() {
    ARun run = resolve("tool>3", "library");

    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("opencode-sandbox: ").contains("tool>3").hasLineCount(1);
  }

  @Test
  void anIndexSignedByAnUnknownKeyIsNotRead() throws IOException {
    Files.write(keys.resolve(KEY.name()), ASigningKey.named("other").pem());
    ARun run = resolve("tool");

    assertThat(run.exitCode()).isEqualTo(6);
    assertThat(run.err()).contains("x86_64/APKINDEX.tar.gz").hasLineCount(1);
  }

  @Test
  void aMissingRepositoryIsNamedWithItsArchitecture() {
    ARun run = ARun.of("resolve", "x", "--repository=/absent", "--keys=" + keys, "--arch=aarch64");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("No Alpine repository for aarch64 at /absent");
  }

  @Test
  void missingFilesAreNamed() {
    assertThat(resolve("tool", "--installed", "/absent/db").err())
        .isEqualTo("opencode-sandbox: /absent/db does not exist. Check the name.\n");
    assertThat(resolve("tool", "--world", "/absent/world").err())
        .isEqualTo("opencode-sandbox: /absent/world does not exist. Check the name.\n");
  }

  @Test
  void choosesLikeTheRealApkOnARealIndex() throws Exception {
    Path index = SharedData.path("index/v3.17-aarch64-main/APKINDEX.tar.gz");
    Path real = directory.resolve("real");
    Files.createDirectories(real.resolve("aarch64"));
    Files.copy(index, real.resolve("aarch64/APKINDEX.tar.gz"));
    JsonNode vectors =
        new ObjectMapper().readTree(SharedData.path("vectors/resolve-3.17.json").toFile());
    int checked = 0;
    for (JsonNode vector : vectors.path("cases")) {
      String id = vector.path("id").asText();
      if (List.of("git", "vim").contains(id) && vector.path("options").isEmpty()) {
        checkVector(vector, real);
        checked++;
      }
    }
    assertThat(checked).isPositive();
  }

  private static void checkVector(JsonNode vector, Path repository) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "resolve",
                "--json",
                "--arch=aarch64",
                "--keys=" + SharedData.path("keys/alpine"),
                "--repository=" + repository));
    if (vector.path("root").asText().equals("mini")) {
      Path root = SharedData.path("vectors/mini-3.17.10-aarch64");
      arguments.add("--installed=" + root.resolve("installed"));
      arguments.add("--world=" + root.resolve("world"));
    }
    vector.path("request").forEach(word -> arguments.add(word.asText()));
    List<String> expected = new ArrayList<>();
    for (JsonNode action : vector.path("actions")) {
      if (!action.path("action").asText().equals("purging")) {
        expected.add(action.path("name").asText() + "-" + action.path("version").asText());
      }
    }
    ARun run = ARun.of(arguments.toArray(String[]::new));
    List<String> actual = new ArrayList<>();
    for (JsonNode chosen : new ObjectMapper().readTree(run.out())) {
      actual.add(chosen.path("name").asText() + "-" + chosen.path("version").asText());
    }
    assertThat(actual).isEqualTo(expected);
  }

  private ARun resolve(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("resolve", "--arch=x86_64", "--keys=" + keys, "--repository=" + main));
    arguments.addAll(List.of(more));
    return ARun.of(arguments.toArray(String[]::new));
  }
}
