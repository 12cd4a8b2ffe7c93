package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;

/** A failure because no set of packages satisfies the request. */
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
