package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.network.PassingFailure;
import ai.opencode.sandbox.network.PassingStatus;
import ai.opencode.sandbox.network.Retry;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sending of HTTP requests to a registry. A request that failed for a temporary reason is
 * repeated.
 */
final class Transport {

  private final Network network;
  private final Retry retry;

  Transport(RegistryAccess access) {
    this(access, access.network().retry());
  }

  Transport(RegistryAccess access, Retry retry) {
    this.network = access.network();
    this.retry = retry;
  }

  /** Returns the address of a server, which is found out once for all of its clients. */
  URI address(String authority, Supplier<URI> probing) {
    return network.address(authority, probing);
  }

  Retry retry() {
    return retry;
  }

  /**
   * Makes attempts until one succeeds.
   *
   * @throws NetworkException if none does; failures other than a broken connection are thrown at
   *     once
   */
  <T> T repeat(URI uri, Retry.Attempt<T> attempt) throws IOException {
    Retry.Series tries = retry().series(uri);
    try {
      return tries.run(attempt);
    } catch (PassingFailure e) {
      throw unreachable(uri, e, tries.failures());
    }
  }

  /**
   * Sends a request until there is a response that a repetition would not change. The caller closes
   * the response's body.
   *
   * @throws NetworkException if all attempts fail
   */
  HttpResponse<InputStream> send(HttpRequest request) {
    Retry.Series tries = retry().series(request.uri());
    try {
      return tries.run(number -> answer(request, number == retry().attempts()));
    } catch (PassingFailure e) {
      throw unreachable(request.uri(), e, tries.failures());
    } catch (IOException e) {
      throw unreachable(request.uri(), e, tries.failures() + 1);
    }
  }

  /**
   * Returns a response: of any kind for the last attempt, otherwise only one that is not temporary.
   */
  private HttpResponse<InputStream> answer(HttpRequest request, boolean last) throws IOException {
    try {
      HttpResponse<InputStream> response = sendOnce(request);
      if (last || !PassingStatus.includes(response.statusCode())) {
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

  /** Sends a request once. */
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
            + "). Check the address, the network and the proxy.",
        cause);
  }

  /** Reads a response that must be small, and closes it. */
  static byte[] read(HttpResponse<InputStream> response, int mostBytes) throws PassingFailure {
    try (InputStream body = response.body()) {
      return body.readNBytes(mostBytes);
    } catch (IOException e) {
      throw new PassingFailure(e);
    }
  }

  /** Closes a response whose content is not needed. */
  static void close(HttpResponse<InputStream> response) {
    try (InputStream body = response.body()) {
      // If a small body is read to its end, the connection can be used for the next request.
      body.readNBytes(64 << 10);
    } catch (IOException e) {
      // The content is not needed.
      return;
    }
  }

  static @Nullable String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse(null);
  }
}
