package ai.opencode.sandbox.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.NetworkException;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentCodingTest {

  private static final byte[] JSON = "{\"token\": \"abc\"}".getBytes(StandardCharsets.UTF_8);

  private final Network network = Network.standard();
  private HttpServer server;
  private byte[] content = JSON;
  private String coding = "gzip";
  private String accepted = "";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          accepted = String.valueOf(exchange.getRequestHeaders().getFirst("Accept-Encoding"));
          exchange.getResponseHeaders().add("Content-Encoding", coding);
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void asksForContentAsItIs() throws IOException {
    coding = "identity";

    assertThat(read()).isEqualTo(JSON);
    assertThat(accepted).isEqualTo("identity");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "x-gzip", "GZIP", "identity, gzip", " gzip ,"})
  void undoesWhatAProxyCompressed(String name) throws IOException {
    coding = name;
    content = gzip(JSON);

    assertThat(read()).isEqualTo(JSON);
  }

  @Test
  void undoesWhatAProxyCompressedOnceMore() throws IOException {
    byte[] file = gzip(tar("package/package.json", '0'));
    content = gzip(file);

    assertThat(read()).isEqualTo(file);
  }

  /** Apache names files so that end in {@code .gz}, with its usual configuration. */
  @ParameterizedTest
  @ValueSource(strings = {"package/package.json", "APKINDEX", "[", "{", "\u00e4"})
  void leavesAFileThatIsACompressedArchive(String first) throws IOException {
    for (boolean posix : new boolean[] {true, false}) {
      byte[] tar = tar(first, '0');
      if (!posix) {
        tar = withoutMark(tar);
      }
      content = gzip(tar);

      assertThat(read()).isEqualTo(content);
    }
  }

  @Test
  void leavesAnArchiveOfSeveralMembers() throws IOException {
    ByteArrayOutputStream members = new ByteArrayOutputStream();
    members.write(gzip(tar(".SIGN.RSA.key.rsa.pub", '0')));
    members.write(gzip(tar("APKINDEX", '0')));
    content = members.toByteArray();

    assertThat(read()).isEqualTo(content);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "\u001f", "plain text that is not compressed"})
  void readsContentThatIsNotCompressedAfterAll(String text) throws IOException {
    content = text.getBytes(StandardCharsets.ISO_8859_1);

    assertThat(read()).isEqualTo(content);
  }

  @Test
  void readsALongDocument() throws IOException {
    byte[] noise = new byte[300_000];
    new Random(1).nextBytes(noise);
    content = gzip(noise);

    assertThat(read()).isEqualTo(noise);
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "zstd", "deflate", "compress", "gzip, gzip", "gzip, br", "no such"})
  void refusesAnotherCodingByName(String name) {
    coding = name;

    assertThatThrownBy(this::read)
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("content coding " + name);
  }

  @Test
  void failsWhereTheCompressedContentEndsEarly() throws IOException {
    byte[] whole = gzip(JSON);
    content = Arrays.copyOf(whole, whole.length - 9);

    assertThatThrownBy(this::read).isInstanceOf(IOException.class);
  }

  private byte[] read() throws IOException {
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    HttpResponse<InputStream> response = network.send(HttpRequest.newBuilder(address).build());
    try (InputStream body = response.body()) {
      return body.readAllBytes();
    }
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static byte[] tar(String name, char fill) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL);
      entry.setSize(2000);
      tar.putArchiveEntry(entry);
      byte[] noise = new byte[2000];
      new Random(fill).nextBytes(noise);
      tar.write(noise);
      tar.closeArchiveEntry();
    }
    return out.toByteArray();
  }

  /** As before POSIX: no mark, and another sum. */
  private static byte[] withoutMark(byte[] tar) {
    byte[] old = tar.clone();
    Arrays.fill(old, 257, 265, (byte) 0);
    Arrays.fill(old, 148, 156, (byte) ' ');
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      sum += old[i] & 0xff;
    }
    byte[] digits = String.format("%06o\0 ", sum).getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(digits, 0, old, 148, 8);
    return old;
  }
}
