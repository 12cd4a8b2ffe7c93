package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.MediaType;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.report.PlainText;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The requests to one repository. Each one obtains the rights that it turns out to need, and its
 * failure has a message.
 */
final class RepositoryRequests {

  private static final String ACCEPT =
      String.join(
          ", ",
          MediaType.INDEX,
          MediaType.MANIFEST,
          MediaType.DOCKER_LIST,
          MediaType.DOCKER_MANIFEST);
  private static final int MAX_REDIRECTS = 5;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Set<String> FOLLOWING = Set.of("GET", "HEAD");
  private static final Duration ANSWER = Duration.ofMinutes(2);

  private final Transport transport;
  private final Reference image;
  private final Authorization authorization;
  private final RegistryEndpoint endpoint;

  /**
   * Creates requests.
   *
   * @param scopes the required rights, in the form of token authentication
   */
  RepositoryRequests(
      RegistryAccess access, Transport transport, Reference image, List<String> scopes) {
    this.transport = transport;
    this.image = image;
    this.authorization = new Authorization(access, transport, image, scopes);
    this.endpoint = new RegistryEndpoint(access, transport, image);
  }

  /** Returns the registry's name as in the reference. */
  String registry() {
    return image.registry();
  }

  RegistryEndpoint endpoint() {
    return endpoint;
  }

  Transport transport() {
    return transport;
  }

  /** Requests the headers of a path; empty if the registry does not have it. */
  Optional<HttpResponse<InputStream>> head(String path, String what) {
    HttpResponse<InputStream> response =
        exchange("HEAD", path, Map.of("Accept", ACCEPT), BodyPublishers.noBody(), what);
    Transport.close(response);
    if (response.statusCode() == 404) {
      return Optional.empty();
    }
    if (response.statusCode() != 200) {
      throw unexpected(response, what);
    }
    return Optional.of(response);
  }

  /** Requests a manifest's content. */
  HttpResponse<InputStream> manifest(String selector, String what) {
    return exchange(
        "GET", "/manifests/" + selector, Map.of("Accept", ACCEPT), BodyPublishers.noBody(), what);
  }

  /**
   * Sends a request with the rights that it turns out to need; follows redirects of GET and HEAD.
   */
  HttpResponse<InputStream> exchange(
      String method, String path, Map<String, String> headers, BodyPublisher body, String what) {
    HttpRequest.Builder request = HttpRequest.newBuilder().timeout(ANSWER).method(method, body);
    headers.forEach(request::header);
    URI uri = endpoint.of(path);
    boolean renewed = false;
    for (int redirects = 0; ; ) {
      Optional<String> right = right(uri);
      HttpResponse<InputStream> response = transport.send(with(request.copy().uri(uri), right));
      int status = response.statusCode();
      if (status == 401 && endpoint.isRegistry(uri) && !renewed) {
        Transport.close(response);
        authorization.renew(right.orElse(null), response);
        renewed = true;
      } else if (REDIRECTS.contains(status) && FOLLOWING.contains(method)) {
        Transport.close(response);
        if (++redirects > MAX_REDIRECTS) {
          throw new NetworkException(
              endpoint.authority() + " redirects more than " + MAX_REDIRECTS + " times");
        }
        uri = endpoint.redirection(uri, response);
      } else if (status == 401 || status == 403) {
        throw refused(response, what);
      } else {
        return response;
      }
    }
  }

  /** Returns a request to an address that the registry named, with the right to use it. */
  HttpRequest.Builder request(URI uri) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(ANSWER);
    right(uri).ifPresent(value -> request.header("Authorization", value));
    return request;
  }

  /** Obtains a new right after the status 401 for such a request. */
  void renew(HttpRequest refused, HttpResponse<?> response) {
    authorization.renew(refused.headers().firstValue("Authorization").orElse(null), response);
  }

  private Optional<String> right(URI uri) {
    return endpoint.isRegistry(uri)
        ? Optional.ofNullable(authorization.header())
        : Optional.empty();
  }

  private static HttpRequest with(HttpRequest.Builder request, Optional<String> right) {
    right.ifPresent(value -> request.header("Authorization", value));
    return request.build();
  }

  private AuthenticationException refused(HttpResponse<InputStream> response, String what) {
    String reason = reason(response);
    return authorization.refused(
        "does not let "
            + authorization.description()
            + " "
            + what
            + " "
            + image.repository()
            + " (answer "
            + response.statusCode()
            + ")"
            + reason
            + ". Check user and password, or log in with \"docker login "
            + image.registry()
            + "\" as a user who may.");
  }

  NetworkException unexpected(HttpResponse<InputStream> response, String what) {
    String reason = reason(response);
    String again =
        response.statusCode() == 429
            ? ". Its rate limit is reached: wait, or log in."
            : response.statusCode() >= 500
                ? ". Try again later."
                : response.statusCode() == 405 && !reason.contains("read-only")
                    ? ". It does not support that. If it is read-only, name another registry."
                    : "";
    return new NetworkException(
        "The registry "
            + endpoint.authority()
            + " answered "
            + response.statusCode()
            + " to a request to "
            + what
            + " "
            + image.repository()
            + reason
            + again);
  }

  /** Returns the registry's own error message, shortened; empty if it has none. */
  private static String reason(HttpResponse<InputStream> response) {
    try {
      var error = Json.parse(Transport.read(response, 64 << 10), "error").path("errors").path(0);
      String text = error.path("code").asText() + ": " + error.path("message").asText();
      String printable = PlainText.line(text);
      return error.isMissingNode()
          ? ""
          : " (" + printable.substring(0, Math.min(300, printable.length())) + ")";
    } catch (IOException | VerificationException e) {
      return "";
    }
  }
}
