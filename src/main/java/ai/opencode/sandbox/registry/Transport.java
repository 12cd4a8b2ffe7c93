package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.network.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** HTTP requests, repeated where repeating may help. */
final class Transport {

  /** The connection broke while content came; asking again may help. */
  static final class InterruptedTransfer extends IOException {
    private static final long serialVersionUID = 1L;

    InterruptedTransfer(IOException cause) {
      super(Network.reason(cause), cause);
    }
  }

  private static final Logger LOG = System.getLogger(Transport.class.getName());
  private final Network network;
  private final Patience patience;

  Transport(RegistryAccess access) {
    this.network = access.network();
    this.patience = access.patience();
  }

  int attempts() {
    return patience.attempts();
  }

  /** Waits before the attempt after this one. */
  void pause(int attempt, Optional<Duration> asked) {
    patience.pause(attempt, asked);
  }

  /**
   * Sends until there is an answer that repeating would not change. The answer's body must be
   * closed.
   *
   * @throws NetworkException where there is none after all attempts
   */
  HttpResponse<InputStream> send(HttpRequest request) {
    for (int attempt = 1; ; attempt++) {
      Optional<Duration> asked = Optional.empty();
      try {
        HttpResponse<InputStream> response = sendOnce(request);
        if (!Patience.mayPass(response.statusCode()) || attempt == patience.attempts()) {
          return response;
        }
        asked = Patience.retryAfter(response);
        LOG.log(
            Level.DEBUG, "{0} answered {1}, trying again", request.uri(), response.statusCode());
        response.body().close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "No answer from " + request.uri(), e);
        if (attempt == patience.attempts() || Network.isHopeless(e)) {
          throw unreachable(request.uri(), e, attempt);
        }
      }
      pause(attempt, asked);
    }
  }

  /** Sends once. */
  HttpResponse<InputStream> sendOnce(HttpRequest request) throws IOException {
    return network.send(request);
  }

  static NetworkException unreachable(URI uri, IOException cause, int attempts) {
    return new NetworkException(
        "No answer from "
            + uri.getAuthority()
            + " ("
            + Network.reason(cause)
            + ", "
            + (attempts == 1 ? "one attempt" : attempts + " attempts")
            + "); check the address, the network and the proxy",
        cause);
  }

  /** Reads an answer that must be small, and closes it. */
  static byte[] read(HttpResponse<InputStream> response, int mostBytes) throws InterruptedTransfer {
    try (InputStream body = response.body()) {
      return body.readNBytes(mostBytes);
    } catch (IOException e) {
      throw new InterruptedTransfer(e);
    }
  }

  static @Nullable String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse(null);
  }
}
