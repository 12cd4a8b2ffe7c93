package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;

/** The failure of a lock file that does not match the request, or names an input that is gone. */
@Api
public final class LockException extends SandboxException {

  private static final long serialVersionUID = 1L;

  public LockException(String message) {
    super(message, null);
  }

  public LockException(String message, Throwable cause) {
    super(message, cause);
  }
}
