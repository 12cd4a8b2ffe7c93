package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;

/** A server refused the credentials, or asked for some where none were found. */
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
