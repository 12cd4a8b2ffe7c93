package ai.opencode.sandbox.registry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.failure.ServerAddress;
import ai.opencode.sandbox.registry.server.Admission;
import ai.opencode.sandbox.registry.server.Answer;
import ai.opencode.sandbox.registry.server.IncomingRequest;
import ai.opencode.sandbox.registry.server.MalformedRequestException;
import ai.opencode.sandbox.registry.server.Peer;
import ai.opencode.sandbox.registry.server.RequestBody;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;

/** Foreign requests and headers are refused, or parsed to an unambiguous end. */
class HttpFuzzTest {

  @FuzzTest(maxDuration = "2m")
  void requestIsRefusedOrHasOneEnd(byte[] bytes) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5000);
    IncomingRequest request;
    try {
      request = IncomingRequest.read(in, RequestBody.NONE, new Peer(here, here));
      assertThat(request.path()).startsWith("/");
      assertThat(request.method()).matches("[A-Z]+");
      if (request.header("Content-Length").isPresent()) {
        assertThat(request.header("Transfer-Encoding")).isEmpty();
        long length = Long.parseLong(request.header("Content-Length").get());
        assertThat((long) request.body().readAllBytes().length).isEqualTo(length);
      } else {
        request.body().readAllBytes();
      }
      new Admission(true, "secret").before(each -> Answer.of(200));
    } catch (MalformedRequestException e) {
      assertThat(e.status()).isBetween(400, 431);
    } catch (EOFException e) {
      assertThat(in.available()).isZero();
    }
  }

  @FuzzTest(maxDuration = "2m")
  void challengeIsReadOrOffersNothing(byte[] bytes) {
    for (Challenge challenge : Challenge.of(List.of(new String(bytes, ISO_8859_1)))) {
      assertThat(challenge.scheme()).isNotEmpty().isLowerCase();
      assertThat(challenge.parameter("absent-" + bytes.length)).isEmpty();
    }
  }

  @FuzzTest(maxDuration = "2m")
  void addressOfAServerCanBeAskedOrIsNone(byte[] bytes) {
    URI from = URI.create("https://registry.example/v2/");
    ServerAddress.resolved(from, new String(bytes, ISO_8859_1))
        .ifPresent(address -> assertThat(ServerAddress.canBeAsked(address)).isTrue());
  }
}
