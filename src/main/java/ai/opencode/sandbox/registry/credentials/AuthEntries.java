package ai.opencode.sandbox.registry.credentials;

import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** The {@code auths} of a file in Docker's form, by registry. */
final class AuthEntries {

  private final JsonNode hosts;
  private final String source;

  private AuthEntries(JsonNode hosts, String source) {
    this.hosts = hosts;
    this.source = source;
  }

  /**
   * Parses a file.
   *
   * @param source the name of the file, for messages
   * @throws ai.opencode.sandbox.failure.VerificationException if it is not JSON
   */
  static AuthEntries of(byte[] json, String source) {
    return new AuthEntries(Json.parse(json, source).path("auths"), source);
  }

  /**
   * Finds an entry as Docker does: {@code auth} takes precedence over {@code username} and {@code
   * password}, and an identity token over both.
   *
   * @throws IllegalArgumentException if {@code auth} is not a user and a password in Base64
   */
  Optional<Credentials> find(String registry) {
    for (String name : names(registry)) {
      JsonNode entry = hosts.path(name);
      String from = name + " in " + source;
      String token = entry.path("identitytoken").asText();
      String pair = entry.path("auth").asText();
      String user = entry.path("username").asText();
      String password = entry.path("password").asText();
      if (!token.isEmpty()) {
        return Optional.of(new Credentials("<token>", token, from));
      }
      if (!pair.isEmpty()) {
        return Optional.of(decoded(pair, from));
      }
      if (!user.isEmpty() && !password.isEmpty()) {
        return Optional.of(new Credentials(user, password, from));
      }
    }
    return Optional.empty();
  }

  private static Credentials decoded(String pair, String source) {
    String[] parts =
        new String(Base64.getDecoder().decode(pair), StandardCharsets.UTF_8).split(":", 2);
    if (parts.length < 2) {
      throw new IllegalArgumentException("the user and password are not separated by a colon");
    }
    return new Credentials(parts[0], parts[1], source);
  }

  /**
   * Returns the keys for a registry: Docker also writes addresses instead of hosts, and an old
   * address for its own registry.
   */
  private static List<String> names(String registry) {
    return registry.equals("docker.io")
        ? List.of("https://index.docker.io/v1/", "index.docker.io", registry)
        : List.of(registry, "https://" + registry, "https://" + registry + "/");
  }
}
