package ai.opencode.sandbox.concurrent;

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
 * Transfers that are started before their results are needed. Failures of transfers whose results
 * are never asked for are dropped.
 */
public final class Ahead<K, V> implements AutoCloseable {

  private static final int TRANSFERS = 3;

  private final Map<K, FutureTask<V>> begun = new ConcurrentHashMap<>();
  private final Once<ExecutorService> threads =
      new Once<>(() -> Executors.newFixedThreadPool(TRANSFERS, Parallel.daemons("ahead")));
  private boolean used;

  /** Starts a transfer, unless it has been started. */
  public synchronized void begin(K key, Callable<V> work) {
    FutureTask<V> task = new FutureTask<>(work);
    if (begun.putIfAbsent(key, task) == null) {
      used = true;
      threads.get().execute(task);
    }
  }

  /**
   * Returns the result of a transfer. It waits for a transfer that has been started, and otherwise
   * runs it in this thread.
   *
   * @throws IOException if the transfer failed with it
   */
  public V get(K key, Callable<V> work) throws IOException {
    FutureTask<V> task = begun.computeIfAbsent(key, unknown -> new FutureTask<>(work));
    task.run(); // returns at once if another thread runs it
    return result(task);
  }

  private static <V> V result(FutureTask<V> task) throws IOException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      throw Parallel.interrupted(e);
    } catch (ExecutionException e) {
      throw Parallel.rethrow(Objects.requireNonNull(e.getCause()));
    }
  }

  /** Returns the result of a transfer that has ended; empty for any other. */
  public Optional<V> find(K key) throws IOException {
    FutureTask<V> task = begun.get(key);
    return task == null || !task.isDone() ? Optional.empty() : Optional.of(result(task));
  }

  /** Interrupts running transfers, and waits until they have deleted their temporary files. */
  @Override
  public synchronized void close() {
    if (used) {
      Parallel.end(threads.get());
    }
  }
}
