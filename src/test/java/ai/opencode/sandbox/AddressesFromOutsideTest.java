package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.engine.EngineAddress;
import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.failure.ServerAddress;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.fetch.Download;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.npm.NpmSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile addresses from a server, a file or a variable. */
class AddressesFromOutsideTest {

  private static final URI SERVER = URI.create("https://registry.example/v2/");
  private static final String SECRET = "open-sesame";

  /** Texts that are not addresses, or lead to another server than their author claims. */
  private static final List<String> NONE =
      List.of(
          "http://[",
          "http://[bad",
          "http://[::1",
          "http://[::1]x/",
          "http://[::g]/",
          "http://]/",
          "[",
          "http://",
          "https://",
          "http:",
          "https:///x",
          "http://:80/",
          "http://host:99999/x",
          "https://host:99999999999/x",
          "http://host:0/x",
          "http://host:-1/x",
          "http://host:port/x",
          "http://user:" + SECRET + "@host/x",
          "http://user:" + SECRET + "@[bad/x",
          "http://user:" + SECRET + "@host:99999/",
          "https://" + SECRET + "@host/ x",
          "https://user:" + SECRET + "@/x",
          "/x#fragment",
          "https://host/#",
          "%",
          "%zz",
          "https://host/%zz",
          "https://host/%",
          "https://%zz/",
          "https://host/a b",
          "https://ho st/",
          " https://host/",
          "https://host/ ",
          "https://host/\u0000",
          "https://host/\u0007",
          "https://host/\r\nX: y",
          "https://host/\u0085",
          "https://host/\u2028",
          "https://host/\u001b[31m",
          "https://host/|",
          "https://host/\\x",
          "https://host/^",
          "https://host/{x}",
          "https://host/<x>",
          "https://host/\"x\"",
          "https://a_b/",
          "https://-/",
          "https://1.2.3.4.5/",
          "https://host..x/",
          "file:///etc/passwd",
          "ftp://host/x",
          "jar:https://host!/",
          "mailto:x@host",
          "data:,x",
          "javascript:x",
          "https:opaque",
          "ssh://host/x",
          "unknown://host/x",
          "",
          "https://host/" + "x".repeat(1 << 20),
          "https://" + "a.".repeat(1 << 16) + "host/",
          "http://host/" + "%41".repeat(1 << 16));

  private static final String ALPHABET =
      "htps:/@[]%#?&=.-_~|\\^{}<>\"' \t\r\n\u0000\u007f\u0085\u00ff\u202e\ud800x0959:/";

  @TempDir private Path directory;

  static Stream<String> none() {
    return NONE.stream();
  }

  @ParameterizedTest
  @MethodSource("none")
  void refusesTextsThatAreNotAddresses(String text) {
    assertThat(ServerAddress.resolved(SERVER, text)).isEmpty();
  }

  @Test
  void relativeOnesLeadToTheServerOrAnother() {
    Map.of(
            "/x", "https://registry.example/x",
            "x?y=1", "https://registry.example/v2/x?y=1",
            "?y=1", "https://registry.example/v2/?y=1",
            "../../../x", "https://registry.example/../../x",
            "//other.example/x", "https://other.example/x",
            "https://other.example:65535", "https://other.example:65535",
            "https://[::1]/x", "https://[::1]/x")
        .forEach(
            (text, expected) ->
                assertThat(ServerAddress.resolved(SERVER, text))
                    .as(text)
                    .contains(URI.create(expected)));
    assertThat(ServerAddress.resolved(SERVER, "//user:" + SECRET + "@other.example/")).isEmpty();
    assertThat(ServerAddress.resolved(SERVER, "//other.example:99999/")).isEmpty();
  }

  @Test
  void aQueryIsAppendedToWhateverIsThere() {
    Map.of(
            "https://host/x", "https://host/x?a=b",
            "https://host/x?", "https://host/x?&a=b",
            "https://host/x?y=1", "https://host/x?y=1&a=b",
            "https://host", "https://host?a=b")
        .forEach(
            (address, expected) ->
                assertThat(ServerAddress.withQuery(URI.create(address), "a=b"))
                    .as(address)
                    .isEqualTo(URI.create(expected)));
  }

  @ParameterizedTest
  @MethodSource("none")
  void refusesAddressesOfFilesAndVariablesWithAMessage(String text) {
    readers(text).forEach((name, reader) -> assertSentence(name, text, reader));
  }

  /** A pinned seed, so that a failure can be repeated. */
  @Test
  void refusesRandomTextsWithAMessage() {
    Random random = new Random(15);
    for (int i = 0; i < 3000; i++) {
      StringBuilder made = new StringBuilder(List.of("", "http://", "https://h/").get(i % 3));
      for (int length = random.nextInt(12); length > 0; length--) {
        made.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
      }
      String text = made.toString();
      ServerAddress.resolved(SERVER, text)
          .ifPresent(found -> assertThat(ServerAddress.canBeAsked(found)).isTrue());
      readers(text).forEach((name, reader) -> assertSentence(name, text, reader));
    }
  }

  private interface Reader {
    void read() throws IOException;
  }

  private Map<String, Reader> readers(String text) {
    return Map.of(
        "download",
        () -> new Download(true).open(text).close(),
        "npm property",
        () -> npm(text).tarball("@a/tool", "1.0.0"),
        "npm version",
        () -> npm("https://host/").tarball("tool", text),
        "engine over TCP",
        () ->
            EngineAddress.find(
                Map.of("DOCKER_HOST", text.replaceFirst("^https?:", "tcp:")), directory, List.of()),
        "engine",
        () -> EngineAddress.find(Map.of("DOCKER_HOST", text), directory, List.of()));
  }

  private NpmRegistry npm(String registry) {
    return NpmRegistry.from(
        new NpmSettings(
            Map.of(NpmRegistry.PROPERTY, registry), Map.of("PATH", ""), directory, directory));
  }

  private static void assertSentence(String name, String text, Reader reader) {
    try {
      reader.read();
    } catch (SandboxException e) {
      assertThat(e.getMessage())
          .as(name + " of " + text)
          .doesNotContain(SECRET)
          .hasSizeLessThan(1000);
    } catch (IOException e) {
      // The product reports files that do not exist.
    } catch (RuntimeException e) {
      throw new AssertionError(name + " of " + text, e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1:99999/x", "http://127.0.0.1:0/x"})
  void noServerHasSuchAPort(String text) {
    assertThatThrownBy(() -> new Download(false).open(text)).isInstanceOf(UsageException.class);
  }

  @Test
  void aSocketMayBeInADirectoryWithASpace() throws IOException {
    Path socket = Files.createDirectories(directory.resolve("a b%[")).resolve("docker.sock");
    Files.createFile(socket);

    assertThat(EngineAddress.find(Map.of(), directory, List.of(socket)).socket()).isEqualTo(socket);
  }

  @ParameterizedTest
  @MethodSource("none")
  void aRegistryOfNpmIsOneThatCanBeAsked(String text) {
    assertThat(text)
        .satisfiesAnyOf(
            each -> assertThat(each).isEmpty(),
            each ->
                assertThatThrownBy(() -> npm(each).registry("tool"))
                    .isInstanceOf(UsageException.class));
  }
}
