package ai.opencode.sandbox.network;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.ServerAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The retrieval of an address's content through redirects. Each server receives its own credentials
 * only.
 */
public final class Retrieval {

  /** A source of credentials for addresses, each of which belongs to one server. */
  public interface Credentials {
    /** Returns the value of the header {@code Authorization}. */
    Optional<String> authorization(URI address);
  }

  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final int MAX_REDIRECTS = 10;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private final Network network;

  /** Servers that demanded credentials; the next request to them sends credentials at once. */
  private final Set<String> asking = ConcurrentHashMap.newKeySet();

  public Retrieval(Network network) {
    this.network = network;
  }

  /**
   * Sends the request and follows redirects, without repetition.
   *
   * @param credentials the credentials that are tried before those of the network's settings
   * @throws IOException if there is no response
   * @throws NetworkException if a redirect is refused
   */
  public HttpResponse<InputStream> get(
      URI address, Credentials credentials, Map<String, String> headers) throws IOException {
    URI at = address;
    for (int redirects = 0; ; redirects++) {
      Optional<String> authorization = authorization(at, credentials);
      HttpResponse<InputStream> response = network.send(request(at, authorization, headers));
      if (response.statusCode() == 401
          && authorization.isEmpty()
          && asking.add(at.getAuthority())) {
        response.body().close();
        response = network.send(request(at, authorization(at, credentials), headers));
      }
      Optional<String> location = response.headers().firstValue("Location");
      if (!REDIRECTS.contains(response.statusCode()) || location.isEmpty()) {
        return response;
      }
      response.body().close();
      at = followed(address, at, location.get(), redirects);
    }
  }

  private Optional<String> authorization(URI at, Credentials credentials) {
    Optional<String> given = credentials.authorization(at);
    return given.isPresent()
        ? given
        : network.authorization(at, asking.contains(at.getAuthority()));
  }

  private static HttpRequest request(
      URI at, Optional<String> authorization, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(at).version(HttpClient.Version.HTTP_2).timeout(ANSWER);
    headers.forEach(request::header);
    authorization.ifPresent(value -> request.header("Authorization", value));
    return request.build();
  }

  private static URI followed(URI address, URI from, String location, int redirects) {
    URI to =
        ServerAddress.resolved(from, location)
            .orElseThrow(() -> leadsNowhere(address, "to an invalid address"));
    if (redirects >= MAX_REDIRECTS) {
      throw leadsNowhere(address, "more than " + MAX_REDIRECTS + " times");
    }
    boolean https = "https".equals(to.getScheme());
    boolean http = "http".equals(to.getScheme()) && "http".equals(from.getScheme());
    if (!https && !http) {
      throw leadsNowhere(address, "away from HTTPS, to " + to.getScheme() + "://" + to.getHost());
    }
    if (!NearAddress.mayLead(from, to)) {
      throw leadsNowhere(
          address, "to " + to.getHost() + ", an address of this machine or its link");
    }
    return to;
  }

  private static NetworkException leadsNowhere(URI address, String how) {
    return new NetworkException(
        "Cannot fetch " + address + ": it redirects " + how + ". Use another mirror.");
  }
}
