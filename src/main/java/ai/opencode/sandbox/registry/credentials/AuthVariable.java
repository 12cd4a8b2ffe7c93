package ai.opencode.sandbox.registry.credentials;

import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Reference;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code DOCKER_AUTH_CONFIG}, in which CI systems hand over what would be in Docker's {@code
 * config.json}, so that no file has to hold it.
 */
public final class AuthVariable implements CredentialSource {

  private static final String NAME = "DOCKER_AUTH_CONFIG";

  private final @Nullable String text;

  private AuthVariable(@Nullable String text) {
    this.text = text;
  }

  public static AuthVariable of(Map<String, String> environment) {
    return new AuthVariable(environment.get(NAME));
  }

  @Override
  public Optional<Credentials> find(Reference image) {
    if (text == null || text.isBlank()) {
      return Optional.empty();
    }
    try {
      JsonNode hosts = Json.parse(text.getBytes(StandardCharsets.UTF_8), NAME).path("auths");
      for (String name : names(image.registry())) {
        String pair = hosts.path(name).path("auth").asText();
        if (!pair.isEmpty()) {
          return Optional.of(decoded(pair, name));
        }
      }
      return Optional.empty();
    } catch (VerificationException | IllegalArgumentException e) {
      // What is in it is secret, and so may be what a parser says of it.
      throw new AuthenticationException(
          NAME
              + " is not of the form {\"auths\":{\"HOST\":{\"auth\":\"BASE64\"}}}; correct or unset it");
    }
  }

  private static Credentials decoded(String pair, String host) {
    String[] parts =
        new String(Base64.getDecoder().decode(pair), StandardCharsets.UTF_8).split(":", 2);
    if (parts.length < 2) {
      throw new IllegalArgumentException("no colon");
    }
    return new Credentials(parts[0], parts[1], host + " in " + NAME);
  }

  /** Docker writes addresses for some hosts, and an old one for its own. */
  private static List<String> names(String registry) {
    return registry.equals("docker.io")
        ? List.of("https://index.docker.io/v1/", "index.docker.io", registry)
        : List.of(registry, "https://" + registry, "https://" + registry + "/");
  }

  @Override
  public String description() {
    return NAME;
  }
}
