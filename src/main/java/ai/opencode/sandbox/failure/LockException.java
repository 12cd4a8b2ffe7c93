package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;

/** The lock file does not fit what was asked, or names something that no longer exists. */
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
