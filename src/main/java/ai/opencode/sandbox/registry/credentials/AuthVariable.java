package ai.opencode.sandbox.registry.credentials;

import ai.opencode.sandbox.failure.AuthenticationException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Reference;
import java.nio.charset.StandardCharsets;
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
      return AuthEntries.of(text.getBytes(StandardCharsets.UTF_8), NAME).find(image.registry());
    } catch (VerificationException | IllegalArgumentException e) {
      // What is in it is secret, and so may be what a parser says of it.
      throw new AuthenticationException(
          NAME
              + " is not of the form {\"auths\":{\"HOST\":{\"auth\":\"BASE64\"}}}; correct or unset it");
    }
  }

  @Override
  public String description() {
    return NAME;
  }
}
