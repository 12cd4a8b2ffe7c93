package ai.opencode.sandbox.archive;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The records of a PAX extended header: {@code length key=value\n}, length counting itself
 * (POSIX.1-2001, pax).
 */
final class PaxRecords {

  private static final int MAX_RECORDS = 1024;

  /** Keys that stand in for a header field or date it; what is left describes the file. */
  private static final Set<String> HEADER_FIELDS =
      Set.of(
          "path",
          "linkpath",
          "size",
          "uid",
          "gid",
          "uname",
          "gname",
          "mtime",
          "atime",
          "ctime",
          "comment",
          "charset",
          "hdrcharset",
          "LIBARCHIVE.creationtime");

  private PaxRecords() {}

  static boolean describesFile(String key) {
    return !HEADER_FIELDS.contains(key);
  }

  static void parse(
      byte[] bytes,
      Map<String, String> into,
      Function<String, ? extends VerificationException> malformed) {
    int at = 0;
    for (int records = 0; at < bytes.length && bytes[at] != 0; records++) {
      int length = 0;
      int digit = at;
      while (digit < bytes.length && bytes[digit] >= '0' && bytes[digit] <= '9' && digit < at + 8) {
        length = length * 10 + bytes[digit++] - '0';
      }
      int end = at + length;
      if (records > MAX_RECORDS
          || digit == at
          || digit >= bytes.length
          || bytes[digit] != ' '
          || end > bytes.length
          || end <= digit + 2
          || bytes[end - 1] != '\n') {
        throw malformed.apply("a PAX record that does not fit its length");
      }
      String record = decode(bytes, digit + 1, end - 1, malformed);
      int equals = record.indexOf('=');
      if (equals <= 0) {
        throw malformed.apply("a PAX record without a key");
      }
      into.put(record.substring(0, equals), record.substring(equals + 1));
      at = end;
    }
  }

  private static String decode(
      byte[] bytes,
      int start,
      int end,
      Function<String, ? extends VerificationException> malformed) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, start, end - start))
          .toString();
    } catch (CharacterCodingException e) {
      // Extended attributes are bytes; kept one to one, and written back the same way.
      int equals = start;
      while (equals < end && bytes[equals] != '=') {
        equals++;
      }
      String key = new String(bytes, start, equals - start, StandardCharsets.ISO_8859_1);
      if (!key.startsWith(Attributes.XATTR_PREFIX)) {
        throw malformed.apply("a PAX record that is not UTF-8");
      }
      throw malformed.apply("the binary extended attribute " + key + ", which is not supported");
    }
  }

  static byte[] format(Map<String, String> records) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    records.forEach(
        (key, value) -> {
          byte[] body = (" " + key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8);
          int length = body.length + 1;
          while (Integer.toString(length).length() + body.length != length) {
            length = Integer.toString(length).length() + body.length;
          }
          out.writeBytes(Integer.toString(length).getBytes(StandardCharsets.US_ASCII));
          out.writeBytes(body);
        });
    return out.toByteArray();
  }
}
