package ai.opencode.sandbox.egress;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a proxy with one of its two sides, client or server. One thread may read while
 * another one writes; closing the connection ends both.
 */
final class Wire implements Closeable {

  private static final int BUFFER = 16 << 10;

  private final SocketChannel channel;
  private final TimeLimit limit;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);

  Wire(SocketChannel channel, TimeLimit limit) {
    this.channel = channel;
    this.limit = limit;
  }

  /** Fills the empty buffer. Returns false at the end of the stream. */
  private boolean fill() throws IOException {
    buffer.clear();
    int count = channel.read(buffer);
    buffer.flip();
    limit.bytesPassed();
    return count > 0;
  }

  private int read() throws IOException {
    return buffer.hasRemaining() || fill() ? buffer.get() & 0xff : -1;
  }

  /**
   * Reads a line that ends in CRLF.
   *
   * @param most the maximum length of the line
   * @return the line without its end; null at the end of the stream
   * @throws MalformedMessageException if the line is longer, or has a control character within
   */
  @Nullable String line(int most) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      int c = read();
      if (c < 0) {
        if (line.size() == 0) {
          return null;
        }
        throw new EOFException();
      }
      if (c == '\r') {
        if (read() != '\n') {
          throw new MalformedMessageException("a line does not end in CR and LF");
        }
        return line.toString(StandardCharsets.ISO_8859_1);
      }
      if ((c < ' ' && c != '\t') || c == 0x7f) {
        throw new MalformedMessageException("it has a control character");
      }
      if (line.size() == most) {
        throw new MalformedMessageException("its head is too long");
      }
      line.write(c);
    }
  }

  /** Writes a text in Latin-1. */
  void write(String text) throws IOException {
    write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
      limit.bytesPassed();
    }
  }

  /** Copies everything up to the end of the stream. */
  void copyTo(Wire other) throws IOException {
    while (buffer.hasRemaining() || fill()) {
      other.write(buffer);
    }
  }

  /**
   * Copies a number of bytes.
   *
   * @throws EOFException if the stream ends before
   */
  void copyTo(Wire other, long count) throws IOException {
    long left = count;
    while (left > 0) {
      if (!buffer.hasRemaining() && !fill()) {
        throw new EOFException();
      }
      int part = (int) Math.min(left, buffer.remaining());
      other.write(buffer.slice(buffer.position(), part));
      buffer.position(buffer.position() + part);
      left -= part;
    }
  }

  /**
   * Reads and discards at most a number of bytes. A connection that is closed with unread bytes is
   * reset, and the peer may then lose the answer.
   */
  void drain(int most) throws IOException {
    for (int left = most; left > 0 && fill(); left -= buffer.limit()) {
      buffer.position(buffer.limit());
    }
  }

  void endOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
