package ai.opencode.sandbox.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The protocol of the proxy, with clients that behave. */
@Timeout(60)
class EgressProxyTest {

  private AnOrigin origin;
  private AnEgress egress;

  @BeforeEach
  void start() throws IOException {
    origin = AnOrigin.answering(AnOrigin.OK);
    egress = new AnEgress("good.test:" + origin.port() + "=private");
  }

  @AfterEach
  void stop() throws IOException {
    egress.close();
    origin.close();
  }

  private String good() {
    return "good.test:" + origin.port();
  }

  private String received(int connection) throws Exception {
    return origin.received.get(connection).get(10, TimeUnit.SECONDS);
  }

  @Test
  void tunnelsToAnAllowedHost() throws Exception {
    try (SocketChannel channel = egress.connect()) {
      // The first bytes may come with the request.
      AnEgress.send(
          channel, "CONNECT " + good() + " HTTP/1.1\r\nHost: " + good() + "\r\n\r\nearly ");
      AnEgress.send(channel, "late\r\n\r\n");
      channel.shutdownOutput();

      assertThat(AnEgress.rest(channel))
          .isEqualTo("HTTP/1.1 200 Connection established\r\n\r\n" + AnOrigin.OK);
    }
    assertThat(received(0)).isEqualTo("early late\r\n\r\n");
    assertThat(egress.lookups).containsExactly("good.test");
    assertThat(egress.log).isEmpty();
  }

  @Test
  void passesAPlainRequestOn() throws Exception {
    String answer =
        egress.answer(
            "POST http://GOOD.test:"
                + origin.port()
                + "/a/../b?c=%20d HTTP/1.1\r\nHost: other.test\r\nAccept: */*\r\n"
                + "Proxy-Connection: keep-alive\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n"
                + "Proxy-Authorization: Basic eA==\r\nTE: trailers\r\nUpgrade: h2c\r\n"
                + "Content-Length: 5\r\n\r\nhello");

    assertThat(answer)
        .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nyes");
    assertThat(received(0))
        .isEqualTo(
            "POST /a/../b?c=%20d HTTP/1.1\r\nHost: "
                + good()
                + "\r\nAccept: */*\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
  }

  @Test
  void writesChunksAnew() throws Exception {
    String head = " HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n";
    String answer =
        egress.answer(
            "POST http://"
                + good()
                + "/"
                + head
                + "5;ext=\"1\"\r\nhello\r\n0A\r\n0123456789\r\n0\r\nX: 1\r\n\r\n");

    assertThat(answer).endsWith("yes");
    assertThat(received(0))
        .contains("Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
        .endsWith("\r\n\r\n5\r\nhello\r\na\r\n0123456789\r\n0\r\n\r\n");
  }

  @Test
  void asksForABodyThatWaits() throws Exception {
    String answer =
        egress.answer(
            "POST http://"
                + good()
                + " HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx");

    assertThat(answer).startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n");
    assertThat(received(0)).startsWith("POST / HTTP/1.1\r\nHost: ").doesNotContain("Expect");
  }

  @Test
  void skipsInterimAnswers() throws Exception {
    try (AnOrigin slow =
            AnOrigin.answering("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + AnOrigin.OK);
        AnEgress here = new AnEgress("good.test:" + slow.port() + "=private")) {
      assertThat(here.answer("GET http://good.test:" + slow.port() + "/ HTTP/1.1\r\n\r\n"))
          .startsWith("HTTP/1.1 200 OK\r\n")
          .endsWith("yes");
    }
  }

  @Test
  void saysThatAnAnswerIsNoHttp() throws Exception {
    try (AnOrigin odd = AnOrigin.answering("SSH-2.0-x\r\n");
        AnEgress here = new AnEgress("good.test:" + odd.port() + "=private")) {
      assertThat(here.answer("GET http://good.test:" + odd.port() + "/ HTTP/1.1\r\n\r\n"))
          .startsWith("HTTP/1.1 502 Bad Gateway\r\n");
    }
  }

  @Test
  void saysThatAHostDoesNotAnswer() throws IOException {
    try (Socket silent = new Socket()) {
      // A bound socket that does not listen: no other test can get its port meanwhile.
      silent.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      String host = "good.test:" + silent.getLocalPort();
      try (AnEgress other = new AnEgress(host + "=private")) {
        assertThat(other.answer("CONNECT " + host + " HTTP/1.1\r\n\r\n"))
            .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
            .contains("it does not accept connections");
      }
    }
  }

  @Test
  void refusesOtherHostsWithALineOfLog() throws IOException {
    assertThat(egress.answer("CONNECT evil.test:443 HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 403 Forbidden\r\n")
        .endsWith(
            "opencode-sandbox: evil.test:443 is refused: it is not on the list of allowed hosts\n");
    assertThat(egress.log)
        .containsExactly(
            "the network refused evil.test:443: it is not on the list of allowed hosts");
    assertThat(egress.lookups).isEmpty();
  }

  @Test
  void theSocketIsInAPrivateDirectoryThatIsRemoved() throws IOException {
    Path socket = egress.proxy.socket();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
        .isEqualTo("rwx------");
    assertThat(egress.proxy.wasReached()).isFalse();
    egress.close();
    assertThat(socket.getParent()).doesNotExist();
  }

  @Test
  void theEndClosesOpenTunnels() throws IOException {
    try (SocketChannel channel = egress.connect()) {
      AnEgress.send(channel, "CONNECT " + good() + " HTTP/1.1\r\n\r\n");
      channel.read(java.nio.ByteBuffer.allocate(10));
      egress.close();
      AnEgress.rest(channel);
    }
    assertThat(egress.proxy.wasReached()).isTrue();
  }

  @Test
  void anIdleTunnelIsClosed() throws IOException {
    try (AnEgress impatient =
            new AnEgress("good.test:" + origin.port() + "=private", Duration.ofMillis(300));
        SocketChannel channel = impatient.connect()) {
      AnEgress.send(channel, "CONNECT " + good() + " HTTP/1.1\r\n\r\n");

      assertThat(AnEgress.rest(channel)).isEqualTo("HTTP/1.1 200 Connection established\r\n\r\n");
    }
  }

  /** More connections wait until others have ended; they are neither lost nor served at once. */
  @Test
  void manyConnectionsAreServed() throws IOException {
    List<SocketChannel> open = new ArrayList<>();
    try {
      for (int i = 0; i < 128; i++) {
        open.add(egress.connect());
      }
      SocketChannel next = egress.connect();
      open.add(next);
      AnEgress.send(next, "CONNECT evil.test:443 HTTP/1.1\r\n\r\n");
      assertThat(egress.log).isEmpty();
      open.get(0).close();

      assertThat(AnEgress.rest(next)).startsWith("HTTP/1.1 403 ");
    } finally {
      for (SocketChannel each : open) {
        each.close();
      }
    }
  }
}
