package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.network.PassingFailure;
import ai.opencode.sandbox.network.Retry;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** HTTP requests, repeated where repeating may help. */
final class Transport {

  private final Network network;

  Transport(RegistryAccess access) {
    this.network = access.network();
  }

  Retry retry() {
    return network.retry();
  }

  /**
   * Makes attempts at something that needs the registry until one succeeds.
   *
   * @throws NetworkException where none does; other failures than a broken connection are thrown at
   *     once
   */
  <T> T repeat(URI uri, Retry.Attempt<T> attempt) throws IOException {
    Retry.Series tries = retry().series();
    try {
      return tries.run(attempt);
    } catch (PassingFailure e) {
      throw unreachable(uri, e, tries.failures());
    }
  }

  /**
   * Sends until there is an answer that repeating would not change. The answer's body must be
   * closed.
   *
   * @throws NetworkException where there is none after all attempts
   */
  HttpResponse<InputStream> send(HttpRequest request) {
    Retry.Series tries = retry().series();
    try {
      return tries.run(number -> answer(request, number == retry().attempts()));
    } catch (PassingFailure e) {
      throw unreachable(request.uri(), e, tries.failures());
    } catch (IOException e) {
      throw unreachable(request.uri(), e, tries.failures() + 1);
    }
  }

  /** An answer of any kind from the last attempt, and from others one that may not pass. */
  private HttpResponse<InputStream> answer(HttpRequest request, boolean last) throws IOException {
    try {
      HttpResponse<InputStream> response = sendOnce(request);
      if (last || !Retry.mayPass(response.statusCode())) {
        return response;
      }
      response.body().close();
      throw new PassingFailure(response);
    } catch (PassingFailure e) {
      throw e;
    } catch (IOException e) {
      throw PassingFailure.unlessHopeless(e);
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
  static byte[] read(HttpResponse<InputStream> response, int mostBytes) throws PassingFailure {
    try (InputStream body = response.body()) {
      return body.readNBytes(mostBytes);
    } catch (IOException e) {
      throw new PassingFailure(e);
    }
  }

  /** Closes an answer whose content says nothing. */
  static void close(HttpResponse<InputStream> response) {
    try (InputStream body = response.body()) {
      // Read to its end, a small body leaves the connection fit for the next request.
      body.readNBytes(64 << 10);
    } catch (IOException e) {
      // Nothing of interest was in it.
      return;
    }
  }

  static @Nullable String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse(null);
  }
}
