package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;

/** The failure to find packages that satisfy all dependencies. */
@Api
public final class ResolutionException extends SandboxException {

  private static final long serialVersionUID = 1L;

  public ResolutionException(String message) {
    super(message, null);
  }

  public ResolutionException(String message, Throwable cause) {
    super(message, cause);
  }
}
