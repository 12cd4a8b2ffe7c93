package ai.opencode.sandbox.engine;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.WaitResponse;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The engine's answer to a request that waits for a container's end. It is used because
 * docker-java's own listener closes the connection when the first wait reaches its time limit, so
 * that a second wait would get no answer.
 */
final class ExitCode extends ResultCallback.Adapter<WaitResponse> {

  private final CompletableFuture<Integer> code = new CompletableFuture<>();

  @Override
  public void onNext(WaitResponse answer) {
    if (answer.getStatusCode() != null) {
      code.complete(answer.getStatusCode());
    }
  }

  @Override
  public void onError(Throwable failure) {
    code.completeExceptionally(failure);
    super.onError(failure);
  }

  @Override
  public void onComplete() {
    code.completeExceptionally(
        new DockerException("the engine closed the connection before the container's end", 500));
    super.onComplete();
  }

  /**
   * Waits for the container's end.
   *
   * @return the exit code; empty if the time is over before
   * @throws DockerException if the engine does not know the container or ends itself
   */
  Optional<Integer> await(long milliseconds) throws InterruptedException {
    try {
      return Optional.of(code.get(milliseconds, TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DockerException refused) {
        throw refused;
      }
      throw new DockerException(Engine.reason(e), 500, e);
    }
  }
}
