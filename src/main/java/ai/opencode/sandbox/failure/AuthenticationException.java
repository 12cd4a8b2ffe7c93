package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;

/**
 * A failure because a server refused the credentials, or required some and none were configured.
 */
@Api
public final class AuthenticationException extends SandboxException {

  private static final long serialVersionUID = 1L;

  public AuthenticationException(String message) {
    super(message, null);
  }

  public AuthenticationException(String message, Throwable cause) {
    super(message, cause);
  }
}
