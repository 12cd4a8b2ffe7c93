package ai.opencode.sandbox.registry.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests of web pages, other users and other programs, and their refusal by this product's
 * registries.
 */
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
class RegistryIsForItsOwnerTest {

  private static final byte[] HELLO = "hello, world".getBytes(UTF_8);

  @TempDir Path folder;
  private OciLayout layout;
  private EmbeddedRegistry reading;
  private EmbeddedRegistry writing;

  @BeforeEach
  void start() throws IOException {
    BlobStore source = new BlobStore(folder.resolve("source"));
    layout = new OciLayout(folder.resolve("layout"));
    Descriptor image = AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").in(source);
    layout.put(source, Map.of("tools", image));
    reading = EmbeddedRegistry.serve(layout, 0);
    writing = EmbeddedRegistry.serveWithPush(layout, 0);
  }

  @AfterEach
  void stop() throws IOException {
    reading.close();
    writing.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:PORT",
        "127.0.0.1",
        "localhost:PORT",
        "LocalHost",
        "[::1]:PORT",
        "[::1]"
      })
  void answersToTheNamesOfThisMachine(String host) throws IOException {
    assertThat(status(reading, "GET /v2/ HTTP/1.1", "Host: " + host)).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "attacker.example",
        "attacker.example:PORT",
        "127.0.0.1.attacker.example",
        "127.0.0.1.",
        "localhost.",
        "127.0.0.1:",
        "127.0.0.1:80",
        "127.0.0.1:0PORT",
        "127.0.0.1:PORT0",
        "127.0.0.1:PORT:PORT",
        "x@127.0.0.1:PORT",
        "2130706433",
        "0x7f000001",
        "127.1",
        "127.0.0.2",
        "0.0.0.0",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:0:0:1]",
        "::1",
        "127.0.0.1, attacker.example",
        "127.0.0.1/x",
        "",
      })
  void refusesAForeignHost(String host) throws IOException {
    for (String request : List.of("GET /v2/", "GET /v2/_catalog", "PUT /v2/tools/manifests/x")) {
      String answer = answer(writing, request + " HTTP/1.1", "Host: " + host);
      assertThat(answer).startsWith("HTTP/1.1 403 ").contains("DENIED", "Connection: close");
    }
  }

  @Test
  void refusesARequestWithoutHostOrWithTwo() throws IOException {
    assertThat(status(reading, "GET /v2/ HTTP/1.1")).isEqualTo(400);
    assertThat(status(reading, "GET /v2/ HTTP/1.0")).isEqualTo(403);
    assertThat(status(reading, "GET /v2/ HTTP/1.1", "Host: localhost", "host: localhost"))
        .isEqualTo(400);
    assertThat(status(reading, "GET http://localhost/v2/ HTTP/1.1", "Host: localhost"))
        .isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: http://attacker.example",
        "Origin: null",
        "oRIGIN: http://127.0.0.1:PORT",
        "Origin:",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Site: None",
        "Sec-Fetch-Site: none, cross-site",
        "Sec-Fetch-Site:",
        "Access-Control-Request-Method: PUT",
        "access-control-request-private-network: true",
        "Referer: http://attacker.example/",
        "Referer: http://127.0.0.1:PORT@attacker.example/",
        "Referer: http://127.0.0.1:PORT.attacker.example/",
      })
  void refusesRequestsOfAPageOfAnotherSite(String header) throws IOException {
    for (String request : List.of("GET /v2/", "OPTIONS /v2/", "GET /v2/tools/manifests/latest")) {
      assertThat(status(writing, request + " HTTP/1.1", "Host: localhost", header)).isEqualTo(403);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-Fetch-Site: none",
        "Sec-Fetch-Site: same-origin",
        "Referer: http://127.0.0.1:PORT/v2/"
      })
  void letsTheOwnersBrowserRead(String header) throws IOException {
    assertThat(status(reading, "GET /v2/_catalog HTTP/1.1", "Host: localhost:PORT", header))
        .isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "PUT,/v2/tools/manifests/latest",
    "DELETE,/v2/tools/manifests/latest",
    "DELETE,/v2/tools/blobs/DIGEST",
    "POST,/v2/tools/blobs/uploads/",
    "POST,/v2/tools/blobs/uploads/?digest=DIGEST",
    "POST,/v2/tools/blobs/uploads/?mount=DIGEST&from=x",
    "PATCH,/v2/tools/blobs/uploads/x",
    "PUT,/v2/tools/blobs/uploads/x",
    "DELETE,/v2/tools/blobs/uploads/x",
    "POST,/v2/",
    "OPTIONS,/v2/",
  })
  void isReadOnlyUnlessPushesAreWanted(String method, String path) throws IOException {
    byte[] before = Files.readAllBytes(folder.resolve("layout/index.json"));
    String target = path.replace("DIGEST", Digest.sha256(HELLO).toString());

    String answer = answer(reading, method + " " + target + " HTTP/1.1", "Host: localhost");

    assertThat(answer).startsWith("HTTP/1.1 405 ").contains("UNSUPPORTED", "--push");
    assertThat(folder.resolve("layout/index.json")).hasBinaryContent(before);
    assertThat(reading.find("tools", "latest")).isPresent();
  }

  @Test
  void aHeaderDoesNotOverrideTheMethod() throws IOException {
    for (String header : List.of("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")) {
      assertThat(
              status(
                  writing,
                  "GET /v2/tools/manifests/latest?_method=DELETE HTTP/1.1",
                  "Host: localhost",
                  header + ": DELETE"))
          .isEqualTo(200);
    }
    assertThat(writing.find("tools", "latest")).isPresent();
  }

  @ParameterizedTest
  @CsvSource({"attacker.example, 403", "localhost, 405"})
  void doesNotWaitForTheBodyOfARefusedRequest(String host, int status) throws IOException {
    try (Socket client = connect(reading)) {
      client.setSoTimeout(10_000);
      OutputStream out = client.getOutputStream();
      String head =
          "POST /v2/tools/blobs/uploads/?digest=x HTTP/1.1\r\nHost: "
              + host
              + "\r\nContent-Length: 999999999999\r\n\r\nsome";
      out.write(head.getBytes(ISO_8859_1));
      assertThat(new String(client.getInputStream().readAllBytes(), ISO_8859_1))
          .startsWith("HTTP/1.1 " + status + " ");
    }
  }

  @Test
  void takesPushesOfItsUserAndOfNoOther() throws Exception {
    String push = "POST /v2/tools/blobs/uploads/ HTTP/1.1";
    assertThat(status(writing, push, "Host: localhost")).isEqualTo(202);

    assumeTrue(
        "root".equals(System.getProperty("user.name"))
            && Files.isExecutable(Path.of("/usr/bin/setpriv"))
            && Files.isExecutable(Path.of("/usr/bin/curl")),
        "skipped: not root, or no setpriv, or no curl");
    String address = "http://" + writing.address() + "/v2/tools/blobs/uploads/";
    assertThat(asAnother("POST", address)).isEqualTo("403");
    assertThat(asAnother("DELETE", "http://" + writing.address() + "/v2/tools/manifests/latest"))
        .isEqualTo("403");
    assertThat(asAnother("GET", "http://" + writing.address() + "/v2/tools/tags/list"))
        .isEqualTo("200");
  }

  private static String asAnother(String method, String address) throws Exception {
    Process curl =
        new ProcessBuilder(
                "/usr/bin/setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "/usr/bin/curl",
                "-s",
                "-o/dev/null",
                "-w%{http_code}",
                "-X",
                method,
                address)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String status = new String(curl.getInputStream().readAllBytes(), UTF_8);
    assertThat(curl.waitFor()).isZero();
    return status;
  }

  /** Linux lists sockets that their program has closed as root's. */
  @Test
  void aClientThatHasLeftIsNotTheOwner() throws IOException {
    assumeTrue(Files.isReadable(Path.of("/proc/self/net/tcp")), "skipped: no /proc");
    InetSocketAddress any =
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0);
    try (ServerSocketChannel server = ServerSocketChannel.open().bind(any)) {
      SocketChannel staying = SocketChannel.open(server.getLocalAddress());
      try (staying;
          SocketChannel accepted = server.accept()) {
        assertThat(Peer.of(accepted).isOwner()).isTrue();
        Peer left = Peer.of(accepted);
        staying.close();
        assertThat(left.isOwner()).isFalse();
      }
    }
  }

  @Test
  void aClientThatIsInNoListOfSocketsIsNotTheOwner() throws IOException {
    assumeTrue(Files.isReadable(Path.of("/proc/self/net/tcp")), "skipped: no /proc");
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    Peer gone = new Peer(new InetSocketAddress(loopback, 1), new InetSocketAddress(loopback, 2));
    assertThat(gone.isOwner()).isFalse();
  }

  /** A client with the secret has it from the process of the registry. */
  @Test
  void theSecretProvesTheOwnerOfAPush() throws IOException {
    assumeTrue(Files.isReadable(Path.of("/proc/self/net/tcp")), "skipped: no /proc");
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    Peer unknown = new Peer(new InetSocketAddress(loopback, 1), new InetSocketAddress(loopback, 2));
    Map<Admission, Integer> expected =
        Map.of(
            new Admission(true, null), 403,
            new Admission(true, "secret"), 200,
            new Admission(true, "other"), 403,
            new Admission(false, "secret"), 405);
    for (Map.Entry<Admission, Integer> each : expected.entrySet()) {
      byte[] push =
          "PUT /v2/secret/image/manifests/1 HTTP/1.1\r\nHost: 127.0.0.1:2\r\nContent-Length: 0\r\n\r\n"
              .getBytes(ISO_8859_1);
      IncomingRequest request =
          IncomingRequest.read(new ByteArrayInputStream(push), RequestBody.NONE, unknown);
      assertThat(each.getKey().before(any -> Answer.of(200)).answer(request).status())
          .as("%s", each.getKey())
          .isEqualTo(each.getValue());
    }
  }

  @Test
  void theRegistryOfABuildKnowsOnlyNamesWithItsSecret() throws IOException {
    BlobStore store = layout.blobs();
    Descriptor image = layout.find("tools").orElseThrow();
    try (EmbeddedRegistry hidden = EmbeddedRegistry.secret(store);
        EmbeddedRegistry other = EmbeddedRegistry.secret(store)) {
      hidden.tag("image", "1", image);
      String repository = hidden.reference("image", "1").repository();
      String secret = repository.replace("/image", "");
      assertThat(secret).matches("[0-9a-f]{40}");
      assertThat(other.reference("image", "1").repository()).isNotEqualTo(repository);
      assertThat(hidden.withoutSecret("no " + repository)).isEqualTo("no …/image");

      String named = "/v2/" + repository + "/manifests/1 HTTP/1.1";
      assertThat(status(hidden, "GET " + named, "Host: localhost")).isEqualTo(200);
      assertThat(status(hidden, "GET " + named, "Host: attacker.example")).isEqualTo(403);
      assertThat(status(hidden, "GET /v2/ HTTP/1.1", "Host: localhost")).isEqualTo(200);
      for (String path :
          List.of(
              "/v2/_catalog",
              "/v2/image/manifests/1",
              "/v2/image/blobs/" + image.digest(),
              "/v2/" + secret.substring(1) + "/image/manifests/1",
              "/v2/" + secret.toUpperCase(Locale.ROOT) + "/image/manifests/1",
              "/v2/" + secret,
              "/v2/x/" + repository + "/manifests/1",
              "/v2//" + repository + "/manifests/1",
              "/v2/image/../" + repository + "/manifests/1",
              "/")) {
        for (String method : List.of("GET", "PUT", "DELETE", "HEAD", "POST")) {
          String answer = answer(hidden, method + " " + path + " HTTP/1.1", "Host: localhost");
          assertThat(answer).startsWith("HTTP/1.1 403 ").doesNotContain(secret);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length : 5",
        "Content-Length\t: 5",
        " Content-Length: 5",
        "A: b\r\n Content-Length: 5",
        "A: b\r\n\tc",
        "Content-Length: +5",
        "Content-Length: -0",
        "Content-Length: 5,5",
        "Content-Length: 5, 5",
        "Content-Length: 0x5",
        "Content-Length: 5 5",
        "Content-Length:",
        "Content-Length: 9999999999999999999",
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5\r\ncontent-length: 6",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: identity",
        "Transfer-Encoding:",
        "Transfer-Encoding: \u000bchunked",
        "Transfer-Encoding: chunked\u000b",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked;q=1",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "A: b\rContent-Length: 5",
        "A: b\nContent-Length: 5",
        "A: b\r",
        "A: b\u0000",
        "A\u0000: b",
        "A: b\u007f",
        "A b: c",
        "(a): b",
        ": b",
        "b",
      })
  void refusesAHeaderThatOthersReadDifferently(String header) throws IOException {
    try (Socket client = connect(writing)) {
      client.setSoTimeout(10_000);
      String request = "GET /v2/ HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n\r\nhello";
      client.getOutputStream().write(request.getBytes(ISO_8859_1));
      String answer = new String(client.getInputStream().readAllBytes(), ISO_8859_1);
      assertThat(answer).startsWith("HTTP/1.1 400 ").containsOnlyOnce("HTTP/1.1");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET  /v2/ HTTP/1.1",
        "GET /v2/ x HTTP/1.1",
        "GET /v2/\tHTTP/1.1",
        "GET /v2/ HTTP/1.1 ",
        "GET /v2/ HTTP/1.2",
        "GET /v2/ HTTP/2.0",
        "GET /v2/ http/1.1",
        "get /v2/ HTTP/1.1",
        "GET /v2/\u0001 HTTP/1.1",
        "GET /v2/\u00e9 HTTP/1.1",
        "GET /v2/#x HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "CONNECT localhost:1 HTTP/1.1",
        "GET /v2/",
        " GET /v2/ HTTP/1.1",
      })
  void refusesAMalformedRequestLine(String line) throws IOException {
    assertThat(status(writing, line, "Host: localhost")).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "+5\r\nhello\r\n0\r\n\r\n",
        "-5\r\nhello\r\n0\r\n\r\n",
        " 5\r\nhello\r\n0\r\n\r\n",
        "5 \r\nhello\r\n0\r\n\r\n",
        "5 ;a\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5\r\nhellohello\r\n0\r\n\r\n",
        "5;a\nb\r\nhello\r\n0\r\n\r\n",
        "ffffffffffffffff\r\nhello",
        "\r\n5\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\r\nContent-Length : 5\r\n\r\n",
        "5\r\nhello\r\n0\r\nnothing\r\n\r\n",
      })
  void refusesChunksThatOthersReadDifferently(String chunks) throws IOException {
    String digest = Digest.sha256("hello").toString();
    try (Socket client = connect(writing)) {
      client.setSoTimeout(10_000);
      String request =
          "POST /v2/a/blobs/uploads/?digest="
              + digest
              + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
              + chunks;
      client.getOutputStream().write(request.getBytes(ISO_8859_1));
      String answer = new String(client.getInputStream().readAllBytes(), ISO_8859_1);
      assertThat(answer).startsWith("HTTP/1.1 400 ").containsOnlyOnce("HTTP/1.1");
    }
  }

  @Test
  void refusesTooManyHeadersAndTooLargeOnes() throws IOException {
    String[] many = new String[300];
    Arrays.fill(many, "A: b");
    assertThat(status(reading, "GET /v2/ HTTP/1.1", many)).isEqualTo(431);
    assertThat(status(reading, "GET /v2/ HTTP/1.1", "A: " + "b".repeat(70_000))).isEqualTo(431);
    assertThat(status(reading, "GET /v2/" + "b".repeat(70_000) + " HTTP/1.1")).isEqualTo(431);
  }

  private static int status(EmbeddedRegistry registry, String line, String... headers)
      throws IOException {
    return Integer.parseInt(answer(registry, line, headers).substring(9, 12));
  }

  private static String answer(EmbeddedRegistry registry, String line, String... headers)
      throws IOException {
    try (Socket client = connect(registry)) {
      client.setSoTimeout(20_000);
      StringBuilder request = new StringBuilder(line).append("\r\n");
      for (String header : headers) {
        request.append(header).append("\r\n");
      }
      request.append("Connection: close\r\n\r\n");
      String text = request.toString().replace("PORT", Integer.toString(registry.port()));
      client.getOutputStream().write(text.getBytes(ISO_8859_1));
      return new String(client.getInputStream().readAllBytes(), UTF_8);
    }
  }

  private static Socket connect(EmbeddedRegistry registry) throws IOException {
    return new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), registry.port());
  }
}
