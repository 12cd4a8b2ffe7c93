package ai.opencode.sandbox.failure;

/** No set of packages satisfies what was asked. */
public final class ResolutionException extends SandboxException {

  private static final long serialVersionUID = 1L;

  public ResolutionException(String message) {
    super(message, null);
  }

  public ResolutionException(String message, Throwable cause) {
    super(message, cause);
  }
}
