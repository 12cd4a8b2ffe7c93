package ai.opencode.sandbox.registry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.SandboxException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.AnImage;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.credentials.CredentialSource;
import ai.opencode.sandbox.registry.credentials.Credentials;
import ai.opencode.sandbox.registry.server.EmbeddedRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Registries whose headers try to break the client or to obtain credentials. */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class HostileRegistryTest {

  private static final String SECRET = "open sesame";
  private static final CredentialSource ALICE =
      CredentialSource.of(new Credentials("alice", SECRET, "the test"));
  private static final CredentialSource TOKEN =
      CredentialSource.of(new Credentials("<token>", SECRET, "the test"));
  private static final RegistryAccess ACCESS =
      RegistryAccess.standard().withCredentials(ALICE).withAttempts(2, Duration.ofMillis(1));

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://[bad",
        "http://",
        "https://",
        "http:///x",
        "https://host:99999/x",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:-1/",
        "http://user:pw@127.0.0.1/",
        "/x#fragment",
        "//",
        "///",
        "?",
        "",
        "%",
        "%zz",
        "http://a b/",
        "http:opaque",
        "file:///etc/passwd",
        "jar:http://x!/",
        "mailto:x@y",
        "ftp://host/x",
        "http://host/|",
        "http://1.2.3.4.5/",
        "http://-/",
        "http://a_b/",
        "\u00ff\u00fe",
        "http://169.254.169.254/latest",
      })
  void malformedRedirectsAndUploadAddressesAreSaid(String location) throws IOException {
    for (int status : new int[] {301, 302, 303, 307, 308, 202}) {
      try (AServer server = AServer.answering(status + "", "Location: " + location)) {
        assertSaid(server);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "WWW-Authenticate: ",
        "WWW-Authenticate: Bearer",
        "WWW-Authenticate: Bearer realm",
        "WWW-Authenticate: Bearer realm=",
        "WWW-Authenticate: Bearer realm=\"",
        "WWW-Authenticate: Bearer realm=\"http://[bad\"",
        "WWW-Authenticate: Bearer realm=\"https://host:99999/\"",
        "WWW-Authenticate: Bearer realm=\"https://user:pw@host/\"",
        "WWW-Authenticate: Bearer realm=\"https://host/#x\"",
        "WWW-Authenticate: Bearer realm=\"file:///etc/passwd\"",
        "WWW-Authenticate: Bearer realm=\"/token\"",
        "WWW-Authenticate: Bearer realm=\"https:x\"",
        "WWW-Authenticate: Basic =,=,=\"\\\"",
        "WWW-Authenticate: ,,,,",
        "WWW-Authenticate: Negotiate",
        "Retry-After: 99999999999999999999",
        "Docker-Content-Digest: sha256:x",
        "Docker-Content-Digest: md5:x",
        "Content-Range: bytes x",
        "Content-Type: \u00ff;;;",
        "Link: <",
      })
  void malformedHeadersAreSaid(String header) throws IOException {
    for (int status : new int[] {200, 401, 404, 206, 416, 500}) {
      try (AServer server = AServer.answering(status + "", header)) {
        assertSaid(server);
      }
    }
  }

  /** Java's client waits for the end of some of these until its timeout, so all run at once. */
  @Test
  void answersThatAreNoHttpAreSaid() throws Exception {
    List<String> answers =
        List.of(
            "200 OK\r\nContent-Length: -5\r\n\r\n",
            "200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "200 OK\r\nContent-Length: x\r\n\r\n",
            "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n",
            "200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n",
            "999 X\r\n\r\n",
            "-1 X\r\n\r\n",
            "\r\n\r\n",
            "200\r\n: x\r\n\r\n",
            "200 OK\r\nA\u0000: x\r\n\r\n",
            "101 X\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
    ExecutorService threads = Executors.newFixedThreadPool(3 * answers.size());
    try {
      List<Future<?>> asked = new ArrayList<>();
      for (String answer : answers) {
        for (int i = 0; i < 3; i++) {
          int number = i;
          asked.add(
              threads.submit(
                  () -> {
                    try (AServer server = AServer.sending("HTTP/1.1 " + answer)) {
                      assertSaid(attempts(server, store(answer + number)).get(number));
                    }
                    return null;
                  }));
        }
      }
      for (Future<?> each : asked) {
        each.get(1, TimeUnit.MINUTES);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aLongChallengeCostsNoTime() throws IOException {
    String challenge = "WWW-Authenticate: Bearer " + "a".repeat(200_000);
    try (AServer server = AServer.answering("401", challenge)) {
      long start = System.nanoTime();
      assertSaid(server);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }
  }

  private void assertSaid(AServer server) throws IOException {
    for (Attempt attempt : attempts(server, folder.resolve("store"))) {
      assertSaid(attempt);
    }
  }

  private static void assertSaid(Attempt attempt) throws IOException {
    try {
      attempt.run();
    } catch (SandboxException e) {
      assertThat(e).hasMessageNotContaining(SECRET).hasMessageNotContaining("pw@");
    }
  }

  private Path store(String name) {
    return folder.resolve("store" + name.hashCode());
  }

  private List<Attempt> attempts(AServer server, Path place) throws IOException {
    BlobStore store = new BlobStore(place);
    Descriptor image = AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").in(store);
    Reference reference = Reference.of(server.address() + "/tools:1");
    return List.of(
        () -> new ImagePuller(ACCESS).pull(reference, new BlobStore(folder.resolve("to"))),
        () -> new Publisher(ACCESS).publish(store, image, reference, List.of("1")),
        () ->
            new RemoteRepository(ACCESS, new Transport(ACCESS), reference, List.of("x"))
                .upload(store, image, null));
  }

  /** Requires that an operation either succeeds or fails with a message. */
  private interface Attempt {
    Object run() throws IOException;
  }

  @Test
  void noPasswordIsSentInClearToAnotherPortOfThisMachine() throws IOException {
    try (AServer victim = AServer.answering("200", "A: b")) {
      assertNoCredentials(
          victim, "Bearer realm=\"http://" + victim.address() + "/admin/delete?all=1\"", ALICE);
      assertNoCredentials(
          victim, "Bearer realm=\"http://localhost:" + victim.port() + "/\"", ALICE);
      assertThat(victim.requests).isEmpty();
    }
  }

  @Test
  void noIdentityTokenIsSentInClear() throws IOException {
    List<String> asked = new CopyOnWriteArrayList<>();
    try (AServer registry =
        AServer.of(
            self ->
                "HTTP/1.1 401 x\r\nWWW-Authenticate: Bearer realm=\"http://"
                    + self
                    + "/token\"\r\nContent-Length: 0\r\n\r\n")) {
      assertThatThrownBy(() -> pull(registry, ACCESS.withCredentials(TOKEN)))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageContaining("plain HTTP");
      asked.addAll(registry.requests);
    }
    assertThat(asked).noneMatch(request -> request.contains("POST") || request.contains("sesame"));
  }

  @Test
  void aTokenServerThatRedirectsGetsNoSecondRequest() throws IOException {
    try (AServer victim = AServer.answering("200", "A: b");
        AServer registry =
            AServer.of(
                self ->
                    "HTTP/1.1 401 x\r\nWWW-Authenticate: Bearer realm=\"http://"
                        + self
                        + "/token\"\r\nLocation: http://"
                        + victim.address()
                        + "/\r\nContent-Length: 0\r\n\r\n")) {
      assertThatThrownBy(() -> pull(registry, ACCESS)).isInstanceOf(AuthenticationException.class);
      assertThat(victim.requests).isEmpty();
    }
  }

  @Test
  void aRegistryElsewhereMayNotSendUsToThisMachine() {
    Reference elsewhere = Reference.of("registry.example/x");
    for (String address :
        List.of("http://127.0.0.1:1/", "https://127.0.0.1/", "https://localhost:8443/x")) {
      URI to = URI.create(address);
      assertThat(ACCESS.mayLeadTo(elsewhere, to)).isFalse();
      assertThat(ACCESS.mayLeadTo(Reference.of("localhost:5000/x"), to)).isTrue();
      assertThat(ACCESS.withInsecureRegistries(Set.of(to.getAuthority())).mayLeadTo(elsewhere, to))
          .isTrue();
    }
    assertThat(ACCESS.mayLeadTo(elsewhere, URI.create("https://cdn.example/"))).isTrue();
    assertThat(ACCESS.mayLeadTo(elsewhere, URI.create("http://cdn.example/"))).isFalse();
  }

  @Test
  void refusesAnImageThatContradictsItsIndex() throws IOException {
    BlobStore store = new BlobStore(folder.resolve("remote"));
    Descriptor image = AnImage.on(Platform.LINUX_AMD64).withFile("a", "1").in(store);
    String digest = image.digest().toString();
    for (String listed :
        List.of(
            "\"" + MediaType.INDEX + "\",\"size\":" + image.size(),
            "\"" + MediaType.MANIFEST + "\",\"size\":" + (image.size() + 1))) {
      String index =
          "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\""
              + digest
              + "\",\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"},\"mediaType\":"
              + listed
              + "}]}";
      Digest root = store.put(MediaType.INDEX, index.getBytes(ISO_8859_1)).digest();
      try (EmbeddedRegistry registry = EmbeddedRegistry.start(store)) {
        Reference reference = registry.reference("tools", root);
        BlobStore to = new BlobStore(folder.resolve("to" + index.hashCode()));
        assertThatThrownBy(() -> new ImagePuller(ACCESS).pull(reference, to))
            .isInstanceOf(VerificationException.class)
            .hasMessageContaining("The index lists " + digest);
        assertThatThrownBy(() -> new BasePuller(ACCESS).pull(reference, Platform.LINUX_AMD64, to))
            .isInstanceOf(VerificationException.class)
            .hasMessageContaining("The index lists " + digest);
      }
    }
  }

  private void assertNoCredentials(AServer victim, String challenge, CredentialSource source)
      throws IOException {
    try (AServer registry = AServer.answering("401", "WWW-Authenticate: " + challenge)) {
      assertThatThrownBy(() -> pull(registry, ACCESS.withCredentials(source)))
          .isInstanceOf(AuthenticationException.class)
          .hasMessageContaining("token server")
          .hasMessageNotContaining(SECRET);
    }
    assertThat(victim.requests).isEmpty();
  }

  private void pull(AServer registry, RegistryAccess access) throws IOException {
    new ImagePuller(access)
        .pull(Reference.of(registry.address() + "/tools:1"), new BlobStore(folder.resolve("to")));
  }

  /** Answers every request with the same bytes. */
  private static final class AServer implements Closeable {

    final List<String> requests = new CopyOnWriteArrayList<>();
    private final ServerSocket socket;
    private final byte[] answer;

    private AServer(UnaryOperator<String> answer) throws IOException {
      this.socket = new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
      this.answer = answer.apply(address()).getBytes(ISO_8859_1);
      Thread thread = new Thread(this::accept, "hostile");
      thread.setDaemon(true);
      thread.start();
    }

    static AServer of(UnaryOperator<String> answer) throws IOException {
      return new AServer(answer);
    }

    static AServer sending(String answer) throws IOException {
      return new AServer(self -> answer);
    }

    static AServer answering(String status, String header) throws IOException {
      return sending("HTTP/1.1 " + status + " x\r\n" + header + "\r\nContent-Length: 0\r\n\r\n");
    }

    int port() {
      return socket.getLocalPort();
    }

    String address() {
      return "127.0.0.1:" + port();
    }

    private void accept() {
      while (!socket.isClosed()) {
        try (Socket client = socket.accept()) {
          client.setSoTimeout(2000);
          requests.add(head(client.getInputStream()));
          client.getOutputStream().write(answer);
          client.shutdownOutput();
          client.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
          // The client closed the connection, or the test is over.
        }
      }
    }

    private static String head(InputStream in) throws IOException {
      StringBuilder text = new StringBuilder();
      for (int b = in.read(); b >= 0; b = in.read()) {
        text.append((char) b);
        if (text.length() > 3 && text.substring(text.length() - 4).equals("\r\n\r\n")) {
          break;
        }
      }
      return text.toString();
    }

    @Override
    public void close() {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
