package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;

/**
 * A failure because content differs from its signature or digest, is malformed, or breaks a policy.
 */
@Api
public sealed class VerificationException extends SandboxException permits DamagedFileException {

  private static final long serialVersionUID = 1L;

  public VerificationException(String message) {
    super(message, null);
  }

  public VerificationException(String message, Throwable cause) {
    super(message, cause);
  }
}
