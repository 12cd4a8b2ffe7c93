package ai.opencode.sandbox.concurrent;

import ai.opencode.sandbox.failure.NetworkException;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;

/**
 * Transfers that begin before anybody waits for them. Nobody hears of the failure of one that turns
 * out not to be needed.
 */
public final class Ahead<K, V> implements AutoCloseable {

  private static final int TRANSFERS = 3;

  private final Map<K, FutureTask<V>> begun = new ConcurrentHashMap<>();
  private final Once<ExecutorService> threads =
      new Once<>(
          () ->
              Executors.newFixedThreadPool(
                  TRANSFERS,
                  task -> {
                    Thread thread = new Thread(task, "ahead");
                    thread.setDaemon(true);
                    return thread;
                  }));
  private boolean used;

  /** Begins a transfer, if it has not begun yet. */
  public synchronized void begin(K key, Callable<V> work) {
    FutureTask<V> task = new FutureTask<>(work);
    if (begun.putIfAbsent(key, task) == null) {
      used = true;
      threads.get().execute(task);
    }
  }

  /**
   * The result of a transfer, which is waited for where it has begun, and made now where it has
   * not.
   *
   * @throws IOException the transfer's own
   */
  public V get(K key, Callable<V> work) throws IOException {
    FutureTask<V> task = begun.computeIfAbsent(key, unknown -> new FutureTask<>(work));
    task.run(); // does nothing where another thread is at it
    return result(task);
  }

  private static <V> V result(FutureTask<V> task) throws IOException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NetworkException("Interrupted during a transfer", e);
    } catch (ExecutionException e) {
      throw Parallel.rethrow(Objects.requireNonNull(e.getCause()));
    }
  }

  /** The result of a transfer that has come to its end; empty for any other. */
  public Optional<V> find(K key) throws IOException {
    FutureTask<V> task = begun.get(key);
    return task == null || !task.isDone() ? Optional.empty() : Optional.of(result(task));
  }

  /** Ends what is under way, and waits until it has cleaned up after itself. */
  @Override
  public synchronized void close() {
    if (used) {
      Parallel.end(threads.get());
    }
  }
}
