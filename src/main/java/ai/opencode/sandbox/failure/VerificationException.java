package ai.opencode.sandbox.failure;

/** Content is not what was signed or promised, is malformed, or breaks a policy. */
public final class VerificationException extends SandboxException {

  private static final long serialVersionUID = 1L;

  public VerificationException(String message) {
    super(message, null);
  }

  public VerificationException(String message, Throwable cause) {
    super(message, cause);
  }
}
