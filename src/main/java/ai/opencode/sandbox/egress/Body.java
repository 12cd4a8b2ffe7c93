package ai.opencode.sandbox.egress;

import java.io.EOFException;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The body of an HTTP request that the proxy passes on. The proxy finds the end of the body itself,
 * so that a client cannot hide a second request behind the first.
 */
sealed interface Body {

  /** The body of a request that has none. */
  record None() implements Body {

    @Override
    public void copy(Wire from, Wire to) {}
  }

  /** A body with a {@code Content-Length}. */
  record Sized(long length) implements Body {

    @Override
    public void copy(Wire from, Wire to) throws IOException {
      from.copyTo(to, length);
    }
  }

  /** A body in chunks. The proxy writes each chunk anew, without extensions and trailers. */
  record Chunked() implements Body {

    private static final int MAX_LINE = 4096;
    private static final int MAX_TRAILERS = 100;
    private static final Pattern SIZE = Pattern.compile("([0-9A-Fa-f]{1,15})[ \\t]*(?:;.*)?");

    @Override
    public void copy(Wire from, Wire to) throws IOException {
      while (true) {
        Matcher size = SIZE.matcher(line(from));
        if (!size.matches()) {
          throw new MalformedMessageException("a chunk has no size");
        }
        long count = Long.parseLong(size.group(1), 16);
        if (count == 0) {
          break;
        }
        to.write(Long.toHexString(count) + "\r\n");
        from.copyTo(to, count);
        if (!line(from).isEmpty()) {
          throw new MalformedMessageException("a chunk is longer than its size");
        }
        to.write("\r\n");
      }
      for (int i = 0; !line(from).isEmpty(); i++) {
        if (i == MAX_TRAILERS) {
          throw new MalformedMessageException("it has too many fields");
        }
      }
      to.write("0\r\n\r\n");
    }

    private static String line(Wire from) throws IOException {
      String line = from.line(MAX_LINE);
      if (line == null) {
        throw new EOFException();
      }
      return line;
    }
  }

  /**
   * Finds out how the end of a request's body is given.
   *
   * @param knowsChunks whether the request is of HTTP/1.1, so that it may have a body in chunks
   * @throws MalformedMessageException if the end is given twice, or in a form that other programs
   *     could read differently
   */
  static Body of(MessageHead head, boolean knowsChunks) throws MalformedMessageException {
    String length = head.value("content-length");
    String coding = head.value("transfer-encoding");
    if (coding != null) {
      if (length != null || !knowsChunks || !coding.toLowerCase(Locale.ROOT).equals("chunked")) {
        throw new MalformedMessageException("the length of its body is ambiguous");
      }
      return new Chunked();
    }
    if (length == null) {
      return new None();
    }
    if (!length.matches("\\d{1,18}")) {
      throw new MalformedMessageException("the length of its body is no number");
    }
    return new Sized(Long.parseLong(length));
  }

  /** Copies the body from a client to a server. */
  void copy(Wire from, Wire to) throws IOException;
}
