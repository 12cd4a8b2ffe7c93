package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.archive.BulkInputStream;
import ai.opencode.sandbox.concurrent.Parallel;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The numbers of bytes of downloads that have arrived, for progress. Downloads start before the
 * stage that waits for them, so the numbers are kept here and are read by each waiting stage.
 *
 * @param <K> the identity of a download
 */
final class Arrivals<K> {

  /** The bytes after which waiting stages are called. */
  private static final long STEP = 1 << 18;

  private final Map<K, Long> arrived = new ConcurrentHashMap<>();
  private final List<Runnable> waiting = new CopyOnWriteArrayList<>();

  /**
   * Runs tasks that wait for downloads.
   *
   * @param receiver is called, from several threads, while bytes arrive
   */
  <R> List<R> run(List<Callable<R>> tasks, Runnable receiver) throws IOException {
    waiting.add(receiver);
    try {
      return Parallel.run(tasks);
    } finally {
      waiting.remove(receiver);
    }
  }

  /** Returns the number of bytes of a download so far; 0 if it has not begun. */
  long of(K download) {
    return arrived.getOrDefault(download, 0L);
  }

  /** Returns a stream that counts. */
  InputStream counting(K download, InputStream in) {
    return new Counting(download, in);
  }

  private final class Counting extends BulkInputStream {

    private final K download;
    private final InputStream in;
    private long count;
    private long called;

    Counting(K download, InputStream in) {
      this.download = download;
      this.in = in;
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      int read = in.read(bytes, start, length);
      if (read > 0) {
        count += read;
        if (count - called >= STEP) {
          called = count;
          arrived.put(download, count);
          waiting.forEach(Runnable::run);
        }
      }
      return read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
