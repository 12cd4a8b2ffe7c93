package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.ServerAddress;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.credentials.Credentials;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The authorization for one repository: none until the registry demands it, then Basic or a Bearer
 * token from the server that the registry names. Expired tokens are replaced.
 */
final class Authorization {

  private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://");
  private static final int MAX_TOKEN_BYTES = 1 << 20;

  private final RegistryAccess access;
  private final Transport transport;
  private final Reference image;
  private final List<String> scopes;
  private boolean looked;
  private @Nullable Credentials credentials;
  private @Nullable String header;

  Authorization(RegistryAccess access, Transport transport, Reference image, List<String> scopes) {
    this.access = access;
    this.transport = transport;
    this.image = image;
    this.scopes = List.copyOf(scopes);
  }

  /** Returns the header for a request; null until the registry has demanded authorization. */
  synchronized @Nullable String header() {
    return header;
  }

  /**
   * Obtains a new authorization after the status 401.
   *
   * @param refused the header of that request; if another thread has renewed it meanwhile, nothing
   *     happens
   * @throws AuthenticationException if no authorization can be obtained
   */
  synchronized void renew(@Nullable String refused, HttpResponse<?> response) {
    if (header != null && !header.equals(refused)) {
      return;
    }
    for (Challenge challenge : Challenge.of(response.headers().allValues("WWW-Authenticate"))) {
      if (challenge.scheme().equals("bearer")) {
        header = "Bearer " + token(response.uri(), challenge);
        return;
      }
      if (challenge.scheme().equals("basic")) {
        Credentials known = credentials().orElseThrow(this::noCredentials);
        header = known.basic();
        if (header.equals(refused)) {
          throw refused("does not accept " + known + login());
        }
        return;
      }
    }
    throw refused("answers 401 without naming an authentication scheme");
  }

  private AuthenticationException noCredentials() {
    return refused(
        "requires credentials, but there are none in "
            + access.credentials().description()
            + ". Log in with \"docker login "
            + image.registry()
            + "\". SANDBOX_REGISTRY_USERNAME and SANDBOX_REGISTRY_PASSWORD count for the registry of"
            + " --to, --registry or the image that a command is given.");
  }

  private String login() {
    return ". Check user and password, or log in with \"docker login " + image.registry() + "\".";
  }

  /** Returns a failure whose message never contains the secret. */
  AuthenticationException refused(String what) {
    return new AuthenticationException("The registry " + image.registry() + " " + what);
  }

  /** Returns a description of the credentials in use. */
  synchronized String description() {
    if (credentials == null) {
      return "a request without credentials (looked in " + access.credentials().description() + ")";
    }
    return credentials.toString();
  }

  private Optional<Credentials> credentials() {
    if (!looked) {
      credentials = access.credentials().find(image).orElse(null);
      looked = true;
    }
    return Optional.ofNullable(credentials);
  }

  private String token(URI registry, Challenge challenge) {
    URI realm = realm(registry, challenge.parameter("realm"));
    Optional<Credentials> known = credentials();
    HttpRequest.Builder request = HttpRequest.newBuilder().timeout(Duration.ofSeconds(60));
    if (known.isPresent() && known.get().isIdentityToken()) {
      if (!isHttps(realm)) {
        throw refused(
            "wants "
                + known.get()
                + " sent over plain HTTP. Give it HTTPS, or a user and a password.");
      }
      String form =
          "grant_type=refresh_token&client_id=opencode-sandbox&service="
              + encode(challenge.parameter("service"))
              + "&scope="
              + encode(String.join(" ", scopes))
              + "&refresh_token="
              + encode(known.get().secret());
      request
          .uri(realm)
          .header("Content-Type", "application/x-www-form-urlencoded")
          .POST(BodyPublishers.ofString(form));
    } else {
      StringBuilder query = new StringBuilder("service=");
      query.append(encode(challenge.parameter("service")));
      scopes.forEach(scope -> query.append("&scope=").append(encode(scope)));
      request.uri(ServerAddress.withQuery(realm, query.toString()));
      known.ifPresent(credential -> request.header("Authorization", credential.basic()));
    }
    return parseToken(realm, transport.send(request.build()), known);
  }

  private String parseToken(
      URI realm, HttpResponse<InputStream> response, Optional<Credentials> known) {
    byte[] body;
    try {
      body = Transport.read(response, MAX_TOKEN_BYTES);
    } catch (IOException e) {
      throw Transport.unreachable(realm, e, 1);
    }
    if (response.statusCode() != 200) {
      throw refused(
          "delegates tokens to "
              + realm.getAuthority()
              + ", which answers "
              + response.statusCode()
              + " to "
              + known
                  .map(Credentials::toString)
                  .orElse(
                      "a request without credentials: "
                          + access.credentials().description()
                          + " has none")
              + login());
    }
    JsonNode json = Json.parse(body, "the token from " + realm.getAuthority());
    String token = json.path("token").asText(json.path("access_token").asText());
    if (!token.matches("[\\x21-\\x7e]{1,65536}")) {
      throw refused("delegates tokens to " + realm.getAuthority() + ", which returned none");
    }
    return token;
  }

  /**
   * Returns the server that issues tokens. It receives credentials, so a registry must not be able
   * to name any server: it is reached over HTTPS, unless the registry itself is allowed plain HTTP.
   */
  private URI realm(URI registry, String text) {
    URI realm =
        Optional.of(text)
            .filter(address -> ABSOLUTE.matcher(address).lookingAt())
            .flatMap(address -> ServerAddress.resolved(registry, address))
            .orElseThrow(() -> refused("names a token server with an invalid address"));
    String authority = realm.getAuthority();
    boolean own = authority.equalsIgnoreCase(registry.getAuthority());
    boolean neighbour =
        realm.getHost().equalsIgnoreCase(registry.getHost()) && access.isInsecure(authority);
    boolean allowed =
        isHttps(realm) ? access.mayLeadTo(image, realm) : !isHttps(registry) && (own || neighbour);
    if (!allowed) {
      throw refused(
          "names a token server that is "
              + (isHttps(realm) ? "on this machine" : "not reached over HTTPS")
              + ": \""
              + ServerAddress.shown(text)
              + "\". If you trust the network, add its host to the insecure registries.");
    }
    return realm;
  }

  private static boolean isHttps(URI address) {
    return "https".equalsIgnoreCase(address.getScheme());
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
