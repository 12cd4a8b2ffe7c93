package ai.opencode.sandbox.network;

import ai.opencode.sandbox.archive.BulkInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response body that fails if no data arrives for a while, or next to none, or the reading thread
 * is interrupted. The JDK's own stream waits for ever in the first cases and swallows the interrupt
 * in the last.
 */
final class Body extends BulkInputStream implements BodySubscriber<InputStream> {

  private static final Duration STALLED = Duration.ofSeconds(60);

  /** Fewer bytes within the longest wait are no transfer; the slowest modem is faster. */
  private static final int FEWEST_BYTES = 4096;

  /** Marks the end of the body; compared by identity. */
  private static final List<ByteBuffer> END = new ArrayList<>();

  private final BlockingQueue<List<ByteBuffer>> arrived = new LinkedBlockingQueue<>();
  private final Deque<ByteBuffer> current = new ArrayDeque<>();
  private final Duration stalled;
  private @Nullable Throwable failure;
  private Flow.@Nullable Subscription subscription;
  private boolean closed;
  private boolean ended;

  /** Time waited for data, in nanoseconds, and what arrived in it. */
  private long waited;

  private long arrivedMeanwhile;

  Body() {
    this(STALLED);
  }

  /**
   * Creates a body.
   *
   * @param stalled the longest wait for the next data, and for the next {@value #FEWEST_BYTES}
   *     bytes
   */
  Body(Duration stalled) {
    this.stalled = stalled;
  }

  @Override
  public CompletionStage<InputStream> getBody() {
    return CompletableFuture.completedStage(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    synchronized (arrived) {
      if (!closed) {
        subscription = newSubscription;
      }
    }
    if (subscription() == null) {
      newSubscription.cancel();
    } else {
      // Requesting two parts lets the next one arrive while this one is read.
      newSubscription.request(2);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    arrived.add(buffers);
  }

  @Override
  public void onError(Throwable newFailure) {
    synchronized (arrived) {
      failure = newFailure;
    }
    arrived.add(END);
  }

  @Override
  public void onComplete() {
    arrived.add(END);
  }

  private Flow.@Nullable Subscription subscription() {
    synchronized (arrived) {
      return subscription;
    }
  }

  @Override
  public int read(byte[] bytes, int start, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!hasMore()) {
      return -1;
    }
    ByteBuffer buffer = current.element();
    int read = Math.min(length, buffer.remaining());
    buffer.get(bytes, start, read);
    return read;
  }

  /**
   * Returns the number of bytes that can be read without waiting; readers of concatenated gzip
   * members use it to find out whether more data follows.
   */
  @Override
  public int available() {
    List<ByteBuffer> next = arrived.peek();
    long bytes = current.stream().mapToLong(ByteBuffer::remaining).sum();
    if (next != null) {
      bytes += next.stream().mapToLong(ByteBuffer::remaining).sum();
    }
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  private boolean hasMore() throws IOException {
    while (true) {
      while (!current.isEmpty() && !current.element().hasRemaining()) {
        current.remove();
      }
      if (!current.isEmpty()) {
        return true;
      }
      if (ended) {
        return false;
      }
      await();
    }
  }

  private void await() throws IOException {
    Flow.Subscription from;
    synchronized (arrived) {
      if (closed) {
        throw new IOException("closed");
      }
      from = subscription;
    }
    List<ByteBuffer> next;
    long start = System.nanoTime();
    try {
      next = arrived.poll(stalled.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    }
    if (next == null) {
      close();
      throw new IOException("no data arrived for " + stalled.toSeconds() + " seconds");
    }
    if (next == END) {
      end();
      return;
    }
    current.addAll(next);
    keepUp(System.nanoTime() - start, next);
    if (from != null) {
      from.request(1);
    }
  }

  /** Counts only the time of waiting: a reader may be slow. */
  private void keepUp(long nanoseconds, List<ByteBuffer> next) throws IOException {
    waited += nanoseconds;
    arrivedMeanwhile += next.stream().mapToLong(ByteBuffer::remaining).sum();
    if (arrivedMeanwhile >= FEWEST_BYTES) {
      waited = 0;
      arrivedMeanwhile = 0;
    } else if (waited > stalled.toNanos()) {
      close();
      throw new IOException(
          "only " + arrivedMeanwhile + " bytes arrived in " + stalled.toSeconds() + " seconds");
    }
  }

  private void end() throws IOException {
    Throwable cause;
    synchronized (arrived) {
      cause = failure;
    }
    if (cause != null) {
      arrived.add(END); // for a further read
      throw cause instanceof IOException io
          ? new IOException(io.getMessage(), io)
          : new IOException(cause);
    }
    ended = true;
  }

  /** Cancels the rest of the response. */
  @Override
  public void close() {
    Flow.Subscription from;
    synchronized (arrived) {
      closed = true;
      from = subscription;
    }
    if (from != null) {
      from.cancel();
    }
  }
}
