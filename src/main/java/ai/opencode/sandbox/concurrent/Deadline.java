package ai.opencode.sandbox.concurrent;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The longest that a piece of work may take. A server that sends a byte now and then keeps each
 * single request alive.
 */
public final class Deadline {

  private final Duration limit;

  private Deadline(Duration limit) {
    this.limit = limit;
  }

  public static Deadline after(Duration limit) {
    return new Deadline(limit);
  }

  /**
   * Runs work in a thread of its own, which is interrupted when the time is over.
   *
   * @throws IOException if the work failed with it, or took too long; unchecked exceptions are
   *     thrown unchanged
   */
  public <T> T run(Callable<T> work) throws IOException {
    ExecutorService threads = Executors.newSingleThreadExecutor(Parallel.daemons("limited"));
    try {
      Future<T> result = threads.submit(work);
      return result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException("it took longer than " + limit.toSeconds() + " seconds", e);
    } catch (InterruptedException e) {
      throw Parallel.interrupted(e);
    } catch (ExecutionException e) {
      throw Parallel.rethrow(Objects.requireNonNull(e.getCause()));
    } finally {
      Parallel.end(threads);
    }
  }
}
