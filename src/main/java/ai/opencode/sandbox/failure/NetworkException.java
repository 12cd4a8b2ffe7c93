package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;

/** A server could not be reached, or did not answer as its protocol says. */
@Api
public final class NetworkException extends SandboxException {

  private static final long serialVersionUID = 1L;

  public NetworkException(String message) {
    super(message, null);
  }

  public NetworkException(String message, Throwable cause) {
    super(message, cause);
  }
}
