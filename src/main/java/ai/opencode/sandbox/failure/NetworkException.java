package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;

/** A failure because a server could not be reached, or violated its protocol. */
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
