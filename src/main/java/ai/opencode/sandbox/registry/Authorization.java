package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Reference;
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
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The right to use one repository: nothing until the registry asks, then what it asks for, Basic or
 * a Bearer token from the server that it names. Tokens are fetched anew when they no longer do.
 */
final class Authorization {

  private static final Pattern PARAMETER =
      Pattern.compile("([A-Za-z_]+)\\s*=\\s*(?:\"([^\"]{0,4096})\"|([^\\s,\"]{1,4096}))");
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

  /** What to send with a request; null where nothing was asked for so far. */
  synchronized @Nullable String header() {
    return header;
  }

  /**
   * Gets a new right after an answer of 401.
   *
   * @param refused what was sent with that request; where another thread has renewed it meanwhile,
   *     nothing happens
   * @throws AuthenticationException where there is none to get
   */
  synchronized void renew(@Nullable String refused, HttpResponse<?> response) {
    if (header != null && !header.equals(refused)) {
      return;
    }
    for (String challenge : response.headers().allValues("WWW-Authenticate")) {
      String scheme = challenge.strip().toLowerCase(Locale.ROOT);
      if (scheme.startsWith("bearer")) {
        header = "Bearer " + token(parameters(challenge));
        return;
      }
      if (scheme.startsWith("basic")) {
        Credentials known = credentials().orElseThrow(this::noCredentials);
        header = known.basic();
        if (header.equals(refused)) {
          throw refused("does not accept " + known);
        }
        return;
      }
    }
    throw refused("answers 401 without saying which authentication it wants");
  }

  private AuthenticationException noCredentials() {
    return refused(
        "asks for credentials, and there are none in "
            + access.credentials().description()
            + "; log in with \"docker login "
            + image.registry()
            + "\" or set SANDBOX_REGISTRY_USERNAME and SANDBOX_REGISTRY_PASSWORD");
  }

  /** A refusal in words that name the credentials used, never the secret. */
  AuthenticationException refused(String what) {
    return new AuthenticationException("The registry " + image.registry() + " " + what);
  }

  /** Whose rights were used, in words. */
  synchronized String description() {
    if (credentials == null) {
      return "without credentials (looked in " + access.credentials().description() + ")";
    }
    return "as " + credentials;
  }

  private Optional<Credentials> credentials() {
    if (!looked) {
      credentials = access.credentials().find(image).orElse(null);
      looked = true;
    }
    return Optional.ofNullable(credentials);
  }

  private static Map<String, String> parameters(String challenge) {
    Map<String, String> parameters = new HashMap<>();
    Matcher matcher = PARAMETER.matcher(challenge);
    while (matcher.find()) {
      String value = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
      parameters.putIfAbsent(matcher.group(1).toLowerCase(Locale.ROOT), value);
    }
    return parameters;
  }

  private String token(Map<String, String> challenge) {
    URI realm = realm(challenge.getOrDefault("realm", ""));
    Optional<Credentials> known = credentials();
    HttpRequest.Builder request = HttpRequest.newBuilder().timeout(Duration.ofSeconds(60));
    if (known.isPresent() && known.get().isIdentityToken()) {
      String form =
          "grant_type=refresh_token&client_id=opencode-sandbox&service="
              + encode(challenge.getOrDefault("service", ""))
              + "&scope="
              + encode(String.join(" ", scopes))
              + "&refresh_token="
              + encode(known.get().secret());
      request
          .uri(realm)
          .header("Content-Type", "application/x-www-form-urlencoded")
          .POST(BodyPublishers.ofString(form));
    } else {
      StringBuilder query = new StringBuilder(realm.getRawQuery() == null ? "?" : "&");
      query.append("service=").append(encode(challenge.getOrDefault("service", "")));
      scopes.forEach(scope -> query.append("&scope=").append(encode(scope)));
      request.uri(URI.create(realm + query.toString()));
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
          "leaves tokens to "
              + realm.getAuthority()
              + ", which answers "
              + response.statusCode()
              + " to "
              + known
                  .map(Credentials::toString)
                  .orElse(
                      "a request without credentials; "
                          + access.credentials().description()
                          + " has none"));
    }
    JsonNode json = Json.parse(body, "the token from " + realm.getAuthority());
    String token = json.path("token").asText(json.path("access_token").asText());
    if (token.isEmpty() || !token.matches("[\\x21-\\x7e]+")) {
      throw refused("leaves tokens to " + realm.getAuthority() + ", which gave none");
    }
    return token;
  }

  /** Credentials go there: it must be HTTPS, unless the user allowed that host to be otherwise. */
  private URI realm(String text) {
    URI realm;
    try {
      realm = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw refused("names a token server that is no address: \"" + text + "\"");
    }
    boolean https = "https".equalsIgnoreCase(realm.getScheme());
    boolean http = "http".equalsIgnoreCase(realm.getScheme());
    if (realm.getHost() == null
        || !(https || (http && access.allowsPlainHttp(realm.getAuthority())))) {
      throw refused(
          "names a token server that is not reached over HTTPS: \""
              + text
              + "\"; if you trust the network, add its host to the insecure registries");
    }
    return realm;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
