package ai.opencode.sandbox.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * A gzip stream that cuts its input into members of a fixed size, compresses them on all cores and
 * writes them in order. All streams of the process share a bounded number of members in memory.
 */
final class ParallelGzipOutputStream extends OutputStream {

  /** One permit for each member that is being compressed or waits to be written. */
  private static final Semaphore PERMITS =
      new Semaphore(2 + Runtime.getRuntime().availableProcessors());

  private final OutputStream out;
  private final ArrayDeque<CompletableFuture<byte[]>> pending = new ArrayDeque<>();
  private byte[] block = new byte[Gzip.MEMBER_BYTES];
  private int filled;
  private boolean any;
  private boolean closed;

  ParallelGzipOutputStream(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int start, int length) throws IOException {
    int at = start;
    int left = length;
    while (left > 0) {
      int count = Math.min(left, block.length - filled);
      System.arraycopy(bytes, at, block, filled, count);
      filled += count;
      at += count;
      left -= count;
      if (filled == block.length) {
        submit();
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (OutputStream closing = out) {
      if (filled > 0 || !any) {
        submit();
      }
      while (!pending.isEmpty()) {
        writeNext(closing);
      }
    } finally {
      PERMITS.release(pending.size());
      pending.clear();
    }
  }

  private void writeNext(OutputStream to) throws IOException {
    CompletableFuture<byte[]> next = pending.element();
    byte[] member = next.join();
    pending.remove();
    PERMITS.release();
    to.write(member);
  }

  /**
   * Writes this stream's own finished members before it waits for a permit: they hold permits that
   * the wait may depend on.
   */
  private void acquire() throws IOException {
    while (!PERMITS.tryAcquire()) {
      if (pending.isEmpty()) {
        PERMITS.acquireUninterruptibly();
        return;
      }
      writeNext(out);
    }
  }

  private void submit() throws IOException {
    acquire();
    byte[] full = block;
    int length = filled;
    any = true;
    block = new byte[Gzip.MEMBER_BYTES];
    filled = 0;
    pending.add(CompletableFuture.supplyAsync(() -> compress(full, length)));
  }

  private static byte[] compress(byte[] block, int length) {
    Deflater deflater = new Deflater(Gzip.LEVEL, true);
    try {
      deflater.setInput(block, 0, length);
      deflater.finish();
      ByteArrayOutputStream member = new ByteArrayOutputStream(length / 3 + 64);
      member.writeBytes(Gzip.header());
      byte[] buffer = new byte[1 << 14];
      while (!deflater.finished()) {
        member.write(buffer, 0, deflater.deflate(buffer));
      }
      CRC32 crc = new CRC32();
      crc.update(block, 0, length);
      member.writeBytes(Gzip.trailer(crc, length));
      return member.toByteArray();
    } finally {
      deflater.end();
    }
  }
}
