package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;
import org.jspecify.annotations.Nullable;

/** A failure whose message is written for the user; passwords in addresses are cut from it. */
@Api
public abstract sealed class SandboxException extends RuntimeException
    permits AuthenticationException,
        LockException,
        NetworkException,
        ResolutionException,
        UsageException,
        VerificationException {

  private static final long serialVersionUID = 1L;

  SandboxException(String message, @Nullable Throwable cause) {
    super(UserInfo.cutFrom(message), cause);
  }
}
