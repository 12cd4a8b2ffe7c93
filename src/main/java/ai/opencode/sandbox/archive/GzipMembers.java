package ai.opencode.sandbox.archive;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * A reader that separates the members of a gzip stream (RFC 1952, section 2.2), which {@link
 * java.util.zip.GZIPInputStream} joins. An Alpine package has three members. Its signature and
 * checksums cover the compressed bytes of single members, so a caller can observe each member's
 * bytes while they are read.
 */
public final class GzipMembers implements Closeable {

  private static final int FLAG_HEADER_CRC = 2;
  private static final int FLAG_EXTRA = 4;
  private static final int FLAG_NAME = 8;
  private static final int FLAG_COMMENT = 16;
  private static final int KNOWN_FLAGS = 31;

  /** The length includes the terminating zero. Engines refuse a header with a longer name. */
  private static final int MAX_HEADER_TEXT = 512;

  private final InputStream in;
  private final String source;
  private final byte[] buffer = new byte[1 << 16];
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();

  private int position;
  private int limit;
  private long bufferOffset;
  private OutputStream[] sinks = {};
  private @Nullable Member member;

  /**
   * Creates a reader.
   *
   * @param in the stream, which is closed with this reader
   * @param source the name of the stream in messages
   */
  public GzipMembers(InputStream in, String source) {
    this.in = in;
    this.source = source;
  }

  /**
   * Skips the rest of the current member and opens the next one. The returned stream ends exactly
   * at the end of the member, after its length and CRC were checked.
   *
   * @param compressed the sinks that receive the member's compressed bytes, from header to trailer,
   *     as they are read
   * @return the inflated bytes, or null at the end of the stream
   * @throws VerificationException if anything but a gzip member follows
   */
  public @Nullable InputStream next(OutputStream... compressed) throws IOException {
    if (member != null) {
      member.drain();
      member = null;
    }
    if (position == limit && !fill()) {
      return null;
    }
    sinks = compressed.clone();
    crc.reset();
    readHeader();
    inflater.reset();
    crc.reset();
    member = new Member();
    return member;
  }

  /**
   * Returns the number of compressed bytes consumed so far. Between two members this is the offset
   * of the next one.
   */
  public long offset() {
    return bufferOffset + position;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }

  private void readHeader() throws IOException {
    if (take() != 0x1f || take() != 0x8b) {
      throw malformed("something that is not a gzip member", offset());
    }
    if (take() != 8) {
      throw malformed("an unknown compression method", offset());
    }
    int flags = take();
    if (flags > KNOWN_FLAGS) {
      throw malformed("a gzip header with reserved flags", offset());
    }
    for (int i = 0; i < 6; i++) {
      take();
    }
    if ((flags & FLAG_EXTRA) != 0) {
      int length = take() | (take() << 8);
      for (int i = 0; i < length; i++) {
        take();
      }
    }
    if ((flags & FLAG_NAME) != 0) {
      takeText();
    }
    if ((flags & FLAG_COMMENT) != 0) {
      takeText();
    }
    if ((flags & FLAG_HEADER_CRC) != 0) {
      int actual = (int) crc.getValue() & 0xffff;
      int expected = take() | (take() << 8);
      if (expected != actual) {
        throw malformed("a gzip header with a wrong checksum", offset());
      }
    }
  }

  private void takeText() throws IOException {
    for (int i = 1; take() != 0; i++) {
      if (i >= MAX_HEADER_TEXT) {
        throw malformed("a gzip header without an end", offset());
      }
    }
  }

  private void readTrailer(long inflated) throws IOException {
    long actualCrc = crc.getValue();
    long expectedCrc = takeInt();
    long expectedLength = takeInt();
    if (expectedCrc != actualCrc || expectedLength != (inflated & 0xffffffffL)) {
      throw malformed("a gzip member with a wrong checksum", offset());
    }
  }

  private long takeInt() throws IOException {
    long value = 0;
    for (int i = 0; i < 4; i++) {
      value |= (long) take() << (8 * i);
    }
    return value;
  }

  private int take() throws IOException {
    if (position == limit && !fill()) {
      throw truncated();
    }
    consume(1);
    crc.update(buffer[position - 1]);
    return buffer[position - 1] & 0xff;
  }

  private void consume(int count) throws IOException {
    for (OutputStream sink : sinks) {
      sink.write(buffer, position, count);
    }
    position += count;
  }

  private boolean fill() throws IOException {
    bufferOffset += limit;
    position = 0;
    limit = 0;
    int read = in.read(buffer);
    if (read <= 0) {
      return false;
    }
    limit = read;
    return true;
  }

  private VerificationException truncated() {
    return malformed("the end of the file in the middle of a gzip member", offset());
  }

  private VerificationException malformed(String what, long at) {
    return new VerificationException(source + ": found " + what + " at byte " + at);
  }

  private final class Member extends BulkInputStream {

    private long inflated;
    private boolean ended;

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      while (!ended) {
        if (inflater.needsInput()) {
          if (position == limit && !fill()) {
            throw truncated();
          }
          inflater.setInput(buffer, position, limit - position);
        }
        int before = inflater.getRemaining();
        int count = inflate(bytes, start, length);
        consume(before - inflater.getRemaining());
        inflated += count;
        crc.update(bytes, start, count);
        if (inflater.finished()) {
          readTrailer(inflated);
          ended = true;
        }
        if (count > 0) {
          return count;
        }
      }
      return -1;
    }

    private int inflate(byte[] bytes, int start, int length) {
      try {
        int count = inflater.inflate(bytes, start, length);
        if (inflater.needsDictionary()) {
          throw malformed("a gzip member that needs a dictionary", offset());
        }
        return count;
      } catch (DataFormatException e) {
        throw malformed("corrupt compressed data", offset());
      }
    }

    void drain() throws IOException {
      byte[] sink = new byte[1 << 13];
      while (read(sink, 0, sink.length) >= 0) {
        // Inflating verifies the rest of the member.
      }
    }
  }
}
