package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;
import org.jspecify.annotations.Nullable;

/**
 * A failure whose message is shown to the user unchanged. Passwords are removed from addresses in
 * it.
 */
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
