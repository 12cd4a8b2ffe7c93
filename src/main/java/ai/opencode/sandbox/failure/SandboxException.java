package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;
import org.jspecify.annotations.Nullable;

/**
 * A failure whose message is meant for the user as it stands; passwords in addresses are not in it.
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
