package ai.opencode.sandbox.engine;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.ResponseItem;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A listener for the engine's messages about a pull, which keeps the last error. docker-java's own
 * listener expects a status in every message, but Podman's error messages have none.
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
   * Waits for the pull's end.
   *
   * @throws DockerClientException if the engine could not pull; the message is the engine's
   * @throws DeadlineException if the deadline came first; the pull is given up
   */
  void await(Deadline deadline) throws InterruptedException {
    // The call closes the connection when it returns, and the engine then ends an unfinished pull.
    if (!awaitCompletion(deadline.millisLeft(), TimeUnit.MILLISECONDS)) {
      throw new DeadlineException();
    }
    String reason = error;
    if (reason != null) {
      throw new DockerClientException(reason);
    }
  }
}
