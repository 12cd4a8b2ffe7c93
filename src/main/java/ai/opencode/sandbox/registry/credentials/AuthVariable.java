package ai.opencode.sandbox.registry.credentials;

import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Reference;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The variable {@code DOCKER_AUTH_CONFIG}, in which CI systems pass the content of Docker's {@code
 * config.json} without a file.
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
      return AuthEntries.of(text.getBytes(StandardCharsets.UTF_8), NAME).find(image.registry());
    } catch (VerificationException | IllegalArgumentException e) {
      // The content is secret, and a parser's message may repeat it.
      throw new AuthenticationException(
          NAME
              + " is not of the form {\"auths\":{\"HOST\":{\"auth\":\"BASE64\"}}}. Correct or unset"
              + " it.");
    }
  }

  @Override
  public String description() {
    return NAME;
  }
}
