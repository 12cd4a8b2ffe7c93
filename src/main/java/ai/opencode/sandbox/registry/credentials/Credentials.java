package ai.opencode.sandbox.registry.credentials;

import ai.opencode.sandbox.stability.Api;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A user and a secret for a registry.
 *
 * @param user {@code <token>} if the secret is an identity token, as in Docker's files
 * @param source the origin, for messages
 */
@Api
public record Credentials(String user, String secret, String source) {

  public boolean isIdentityToken() {
    return user.equals("<token>");
  }

  public String basic() {
    byte[] pair = (user + ":" + secret).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  /** Returns a text without the secret. */
  @Override
  public String toString() {
    return isIdentityToken()
        ? "the identity token from " + source
        : "user " + user + " from " + source;
  }
}
