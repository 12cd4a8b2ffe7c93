package ai.opencode.sandbox.network;

import ai.opencode.sandbox.archive.BulkInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A body whose headers say {@code Content-Encoding: gzip}. Some proxies compress a document on its
 * way; some servers mean by it that the file itself is a gzip file, as {@code APKINDEX.tar.gz} is,
 * and send its very bytes. The start of the content tells: a tar archive inside belongs to a file
 * that is to stay compressed; anything else was compressed on the way.
 */
final class DecodedBody extends BulkInputStream {

  /** The length of a tar header; compressed, it is shorter. */
  private static final int START = 512;

  private static final int SUM_AT = 148;
  private static final int SUM_LENGTH = 8;

  private final InputStream in;
  private @Nullable InputStream content;
  private boolean decoded;

  DecodedBody(InputStream in) {
    this.in = in;
  }

  /** Whether the coding was undone; false until something was read. */
  boolean isDecoded() {
    return decoded;
  }

  @Override
  public int read(byte[] bytes, int start, int length) throws IOException {
    return content().read(bytes, start, length);
  }

  /** Readers of several compressed members ask whether there is another one. */
  @Override
  public int available() throws IOException {
    return content == null ? in.available() : content.available();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private InputStream content() throws IOException {
    if (content == null) {
      byte[] start = in.readNBytes(START);
      InputStream all = new SequenceInputStream(new ByteArrayInputStream(start), in);
      decoded = isGzip(start) && !isTar(inflated(start));
      content = decoded ? new GZIPInputStream(all, 1 << 13) : all;
    }
    return content;
  }

  private static boolean isGzip(byte[] start) {
    return start.length > 2 && start[0] == 0x1f && start[1] == (byte) 0x8b;
  }

  /** Whether a tar header is there, of any format: each holds the sum of its bytes. */
  private static boolean isTar(byte[] start) {
    if (start.length < START) {
      return false;
    }
    String field = new String(start, SUM_AT, SUM_LENGTH, StandardCharsets.ISO_8859_1);
    String digits = field.replaceAll("[\\x00 ]", "");
    int sum = SUM_LENGTH * ' ';
    for (int i = 0; i < START; i++) {
      sum += i < SUM_AT || i >= SUM_AT + SUM_LENGTH ? start[i] & 0xff : 0;
    }
    return digits.matches("[0-7]+") && Integer.parseInt(digits, 8) == sum;
  }

  /** The first bytes of the content, as far as the first bytes of its compressed form hold them. */
  private static byte[] inflated(byte[] start) {
    byte[] inflated = new byte[START];
    int count = 0;
    try (InputStream gzip = new GZIPInputStream(new ByteArrayInputStream(start))) {
      int read = gzip.read(inflated, 0, START);
      while (read > 0) {
        count += read;
        read = gzip.read(inflated, count, START - count);
      }
    } catch (IOException e) {
      // The compressed form goes on after these bytes.
      return Arrays.copyOf(inflated, count);
    }
    return Arrays.copyOf(inflated, count);
  }
}
