package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;

/** The failure of a request that is wrong: an unknown name, a bad option, an unwritable target. */
@Api
public final class UsageException extends SandboxException {

  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message, null);
  }

  public UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
