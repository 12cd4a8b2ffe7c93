package ai.opencode.sandbox.registry;

import ai.opencode.sandbox.failure.NetworkException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Several transfers at once; the first failure ends the others. */
final class Parallel {

  private static final int TRANSFERS = 6;

  private Parallel() {}

  static <T> List<T> run(Collection<? extends Callable<T>> work) throws IOException {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.max(1, Math.min(TRANSFERS, work.size())),
            task -> {
              Thread thread = new Thread(task, "registry-transfer");
              thread.setDaemon(true);
              return thread;
            });
    try {
      ExecutorCompletionService<T> done = new ExecutorCompletionService<>(threads);
      work.forEach(done::submit);
      List<T> results = new ArrayList<>();
      while (results.size() < work.size()) {
        results.add(done.take().get());
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NetworkException("Interrupted during a transfer", e);
    } catch (ExecutionException e) {
      throw rethrow(Objects.requireNonNull(e.getCause()));
    } finally {
      threads.shutdownNow();
    }
  }

  private static IOException rethrow(Throwable cause) throws IOException {
    if (cause instanceof RuntimeException failure) {
      throw failure;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof IOException io ? io : new IOException(cause);
  }
}
