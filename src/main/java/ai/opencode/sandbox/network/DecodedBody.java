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
 * The body of a response with {@code Content-Encoding: gzip}, decompressed if it was compressed for
 * the transfer. Some servers send this header for a file that is itself compressed, such as {@code
 * APKINDEX.tar.gz}; that must not be decompressed. The content distinguishes them: compressed tar
 * archives are such files, anything else was compressed for the transfer.
 */
final class DecodedBody extends BulkInputStream {

  /** The length of a tar header. The first bytes of this number, inflated, contain a whole one. */
  private static final int START = 512;

  private static final int SUM_AT = 148;
  private static final int SUM_LENGTH = 8;

  private final InputStream in;
  private @Nullable InputStream content;
  private boolean decoded;

  DecodedBody(InputStream in) {
    this.in = in;
  }

  /** Returns whether the body is decompressed; false before the first byte was read. */
  boolean isDecoded() {
    return decoded;
  }

  @Override
  public int read(byte[] bytes, int start, int length) throws IOException {
    return content().read(bytes, start, length);
  }

  /** Returns an estimate, by which readers of gzip files detect a further member. */
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

  /** Returns whether the bytes are a tar header, which contains its own checksum. */
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

  /** Decompresses the start of a gzip file; returns at most as many bytes as a tar header has. */
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
      // The end of these bytes is not the end of the compressed data.
      return Arrays.copyOf(inflated, count);
    }
    return Arrays.copyOf(inflated, count);
  }
}
