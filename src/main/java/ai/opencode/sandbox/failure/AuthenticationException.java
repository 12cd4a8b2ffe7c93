package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;

/** The failure of a request whose credentials were refused or missing. */
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
