package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;

/**
 * A failure because the request itself cannot be carried out: an unknown name, a bad option, an
 * unwritable target.
 */
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
