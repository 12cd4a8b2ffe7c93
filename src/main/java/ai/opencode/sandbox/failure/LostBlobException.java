package ai.opencode.sandbox.failure;

import ai.opencode.sandbox.stability.Api;
import org.jspecify.annotations.Nullable;

/**
 * The failure to get a blob from the image that a build used as a cache. The same build without
 * that cache does not need the blob from there.
 */
@Api
public final class LostBlobException extends NetworkException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes a failure whose message names the blob and the remedy.
   *
   * @param cause the failure of the last place that should have had the blob
   */
  public LostBlobException(String digest, @Nullable Throwable cause) {
    super(
        "The image in --cache-from does not have its blob "
            + digest
            + (cause == null ? "" : " (" + cause.getMessage() + ")")
            + ". Build again without --cache-from.",
        cause == null ? new IllegalStateException(digest + " is lent by nothing") : cause);
  }
}
