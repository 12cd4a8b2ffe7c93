package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;

/** The failure of content that is malformed, breaks a policy, or does not match its digest. */
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
