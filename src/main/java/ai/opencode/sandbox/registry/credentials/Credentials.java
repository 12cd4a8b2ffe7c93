package ai.opencode.sandbox.registry.credentials;

import ai.opencode.sandbox.stability.Api;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What a registry lets somebody in with.
 *
 * @param user {@code <token>} where the secret is an identity token, as Docker has it
 * @param source where they come from, in words for messages
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

  /** Without the secret. */
  @Override
  public String toString() {
    return isIdentityToken()
        ? "the identity token from " + source
        : "user " + user + " from " + source;
  }
}
