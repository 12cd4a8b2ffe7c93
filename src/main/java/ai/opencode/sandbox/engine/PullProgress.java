package ai.opencode.sandbox.engine;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.ResponseItem;
import org.jspecify.annotations.Nullable;

/**
 * What an engine says while it pulls an image. docker-java's own listener expects a status in every
 * line; Podman sends none where it fails.
 */
final class PullProgress extends ResultCallback.Adapter<PullResponseItem> {

  private volatile @Nullable String error;

  @Override
  @SuppressWarnings("deprecation") // Podman sends the older field only.
  public void onNext(PullResponseItem line) {
    ResponseItem.ErrorDetail detail = line.getErrorDetail();
    if (detail != null && detail.getMessage() != null) {
      error = detail.getMessage();
    } else if (line.getError() != null) {
      error = line.getError();
    }
  }

  /**
   * @throws DockerClientException where the engine could not pull, with the engine's words
   */
  void await() throws InterruptedException {
    awaitCompletion();
    String reason = error;
    if (reason != null) {
      throw new DockerClientException(reason);
    }
  }
}
