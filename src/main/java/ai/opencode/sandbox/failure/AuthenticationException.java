package ai.opencode.sandbox.failure;

/** A server refused the credentials, or asked for some where none were found. */
public final class AuthenticationException extends SandboxException {

  private static final long serialVersionUID = 1L;

  public AuthenticationException(String message) {
    super(message, null);
  }

  public AuthenticationException(String message, Throwable cause) {
    super(message, cause);
  }
}
