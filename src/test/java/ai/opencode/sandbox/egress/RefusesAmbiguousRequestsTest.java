package ai.opencode.sandbox.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that two programs could read differently, and requests for something else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class RefusesAmbiguousRequestsTest {

  private AnOrigin origin;
  private AnEgress egress;

  @BeforeAll
  void start() throws IOException {
    origin = AnOrigin.answering(AnOrigin.OK);
    egress = new AnEgress("good.test:" + origin.port() + "=private,plain.test=private");
  }

  @AfterAll
  void stop() throws IOException {
    egress.close();
    origin.close();
  }

  private String filled(String request) {
    return request
        .replace("\\r", "\r")
        .replace("\\n", "\n")
        .replace("GOOD", "good.test:" + origin.port());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Bodies of ambiguous length.
        "POST http://GOOD/ HTTP/1.1\\r\\nContent-Length: 1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\nContent-Length: 1\\r\\nContent-Length: 1\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\nContent-Length: 1, 1\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\nContent-Length: +1\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\nContent-Length: 0x1\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\nContent-Length: 9999999999999999999\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\nContent-Length:\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\nTransfer-Encoding: gzip, chunked\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\nTransfer-Encoding: chunked, identity\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\nTransfer-Encoding: \"chunked\"\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\nTransfer-Encoding: x\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.0\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\nConnection: content-length\\r\\nContent-Length: 1\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\nConnection: close, Transfer-Encoding\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n",
        // Fields in forms that some programs accept.
        "POST http://GOOD/ HTTP/1.1\\r\\nContent-Length : 1\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\n Content-Length: 1\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\nX: 1\\r\\n Content-Length: 1\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\nContent-Length\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\n: x\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\nX: a\u0000b\\r\\n\\r\\n",
        "POST http://GOOD/ HTTP/1.1\\r\\nX: a\\rb\\r\\n\\r\\n",
        "GET http://GOOD/ HTTP/1.1\\r\\nHost: a\\r\\nHost: b\\r\\n\\r\\n",
        // Lines with other ends.
        "GET http://GOOD/ HTTP/1.1\\n\\n",
        "GET http://GOOD/ HTTP/1.1\\r\\nX: a\\nY: b\\r\\n\\r\\n",
        "GET http://GOOD/ HTTP/1.1\\r\\r\\n\\r\\n",
        // First lines.
        "GET  http://GOOD/ HTTP/1.1\\r\\n\\r\\n",
        "GET http://GOOD/ HTTP/1.1 \\r\\n\\r\\n",
        "GET http://GOOD/ HTTP/2.0\\r\\n\\r\\n",
        "GET http://GOOD/ HTTP/1.2\\r\\n\\r\\n",
        "GET http://GOOD/\\r\\n\\r\\n",
        "GET http://GOOD/ HTTP/1.1 HTTP/1.1\\r\\n\\r\\n",
        "G@T http://GOOD/ HTTP/1.1\\r\\n\\r\\n",
        "PRI * HTTP/2.0\\r\\n\\r\\n",
        // Targets.
        "GET / HTTP/1.1\\r\\nHost: GOOD\\r\\n\\r\\n",
        "GET //GOOD/ HTTP/1.1\\r\\nHost: GOOD\\r\\n\\r\\n",
        "GET GOOD HTTP/1.1\\r\\n\\r\\n",
        "OPTIONS * HTTP/1.1\\r\\n\\r\\n",
        "GET https://GOOD/ HTTP/1.1\\r\\n\\r\\n",
        "GET ftp://GOOD/ HTTP/1.1\\r\\n\\r\\n",
        "GET file:///etc/passwd HTTP/1.1\\r\\n\\r\\n",
        "GET unix:/run/x.sock HTTP/1.1\\r\\n\\r\\n",
        "GET http://evil.test@GOOD/ HTTP/1.1\\r\\n\\r\\n",
        "GET http://GOOD@evil.test/ HTTP/1.1\\r\\n\\r\\n",
        "GET http://GOOD\\\\@evil.test/ HTTP/1.1\\r\\n\\r\\n",
        "GET http://GOOD%2f@evil.test/ HTTP/1.1\\r\\n\\r\\n",
        "GET http://good%2etest/ HTTP/1.1\\r\\n\\r\\n",
        "GET http://GOOD#@evil.test/ HTTP/1.1\\r\\n\\r\\n",
        "GET http://GOOD/#x HTTP/1.1\\r\\n\\r\\n",
        "GET http:///GOOD/ HTTP/1.1\\r\\n\\r\\n",
        "GET http:GOOD/ HTTP/1.1\\r\\n\\r\\n",
        "GET http://GOOD:80/ HTTP/1.1\\r\\n\\r\\n",
        "GET http://2130706433/ HTTP/1.1\\r\\n\\r\\n",
        "GET http://0x7f.1/ HTTP/1.1\\r\\n\\r\\n",
        "GET http://127.1/ HTTP/1.1\\r\\n\\r\\n",
        "GET http://[::1%25lo]/ HTTP/1.1\\r\\n\\r\\n",
        "GET http://gööd.test/ HTTP/1.1\\r\\n\\r\\n",
        "CONNECT good.test HTTP/1.1\\r\\n\\r\\n",
        "CONNECT http://GOOD HTTP/1.1\\r\\n\\r\\n",
        "CONNECT GOOD/ HTTP/1.1\\r\\n\\r\\n",
        "CONNECT x@GOOD HTTP/1.1\\r\\n\\r\\n",
        "CONNECT GOOD HTTP/1.1\\r\\nContent-Length: 5\\r\\n\\r\\nhello",
        "CONNECT GOOD HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n",
        "connect GOOD HTTP/1.1\\r\\n\\r\\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001", // the start of a TLS handshake
      })
  void asMalformed(String request) throws IOException {
    int before = origin.received.size();

    assertThat(egress.answer(filled(request))).startsWith("HTTP/1.1 400 Bad Request\r\n");
    assertThat(origin.received).hasSize(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CONNECT good.test:22",
        "CONNECT evil.test:443",
        "CONNECT 127.0.0.1:80",
        "CONNECT [::1]:80",
        "CONNECT [::ffff:127.0.0.1]:80",
        "CONNECT 0.0.0.0:80",
        "CONNECT 169.254.169.254:80",
        "CONNECT localhost:80",
        "CONNECT good.test:0",
        "CONNECT good.test:99999",
        "GET http://evil.test/",
        "GET http://169.254.169.254/latest/meta-data/",
        "GET http://good.test/",
      })
  void asNotOnTheList(String start) throws IOException {
    assertThat(egress.answer(start + " HTTP/1.1\r\nHost: " + filled("GOOD") + "\r\n\r\n"))
        .startsWith("HTTP/1.1 403 Forbidden\r\n");
  }

  @Test
  void nothingAfterARequestIsPassedOn() throws Exception {
    int before = origin.received.size();
    String evil = "GET http://evil.test/ HTTP/1.1\r\n\r\n";
    for (String request :
        new String[] {
          "GET http://GOOD/1 HTTP/1.1\\r\\n\\r\\n",
          "POST http://GOOD/2 HTTP/1.1\\r\\nContent-Length: 2\\r\\n\\r\\nab",
          "POST http://GOOD/3 HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n"
        }) {
      assertThat(egress.answer(filled(request) + evil))
          .startsWith("HTTP/1.1 200 OK\r\n")
          .endsWith("yes");
    }
    assertThat(origin.received).hasSize(before + 3);
    for (int i = before; i < before + 3; i++) {
      assertThat(origin.received.get(i).get(10, TimeUnit.SECONDS)).doesNotContain("evil");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\\r\\n",
        "-1\\r\\n",
        "5\\r\\nhelloX\\r\\n",
        "fffffffffffffffff\\r\\n",
        "1\\nx\\r\\n",
        " 1\\r\\nx\\r\\n"
      })
  void malformedChunksEndTheConnection(String chunk) throws Exception {
    int before = origin.received.size();
    egress.answer(
        filled("POST http://GOOD/ HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n" + chunk));

    assertThat(origin.connection(before).get(10, TimeUnit.SECONDS)).doesNotContain("0\r\n\r\n");
    assertThat(origin.received).hasSize(before + 1);
  }

  @Test
  void tooLongHeads() throws IOException {
    String start = "GET http://good.test/ HTTP/1.1\r\n";

    assertThat(egress.answer("GET http://good.test/" + "a".repeat(70_000) + " HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ");
    assertThat(egress.answer(start + ("X: " + "a".repeat(1000) + "\r\n").repeat(70) + "\r\n"))
        .startsWith("HTTP/1.1 400 ");
    assertThat(egress.answer(start + "X: a\r\n".repeat(201) + "\r\n")).startsWith("HTTP/1.1 400 ");
  }

  @Test
  void endlessHeads() throws IOException {
    try (SocketChannel channel = egress.connect()) {
      for (int i = 0; i < 200_000; i++) {
        AnEgress.send(channel, "X: aaaaaaaaaaaaaaa\r\n");
      }
    } catch (IOException closed) {
      return;
    }
    throw new AssertionError("the proxy reads a head of 4 MB");
  }
}
