package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;

/** The failure to reach a server, or to get an answer that is valid in its protocol. */
@Api
public sealed class NetworkException extends SandboxException permits LostBlobException {

  private static final long serialVersionUID = 1L;

  public NetworkException(String message) {
    super(message, null);
  }

  public NetworkException(String message, Throwable cause) {
    super(message, cause);
  }
}
