package ai.opencode.sandbox.archive;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;

/**
 * The records of a PAX extended header: {@code length key=value\n}, length counting itself
 * (POSIX.1-2001, pax).
 */
final class PaxRecords {

  private static final int MAX_RECORDS = 1024;

  private PaxRecords() {}

  static boolean describesFile(String key) {
    return PaxKey.of(key) != PaxKey.FIELD;
  }

  /**
   * Reads records to the last byte. The last of one key counts; without a value, it leaves the
   * header's field as it is.
   */
  static void parse(
      byte[] bytes,
      Map<String, String> into,
      Function<String, ? extends VerificationException> malformed) {
    int at = 0;
    for (int records = 0; at < bytes.length; records++) {
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
      int equals = digit + 1;
      while (equals < end - 1 && bytes[equals] != '=') {
        equals++;
      }
      if (equals == digit + 1 || equals == end - 1) {
        throw malformed.apply("a PAX record without a key");
      }
      String key = text(bytes, digit + 1, equals, malformed);
      PaxKey kind = PaxKey.of(key);
      if (kind == PaxKey.REFUSED) {
        throw malformed.apply(
            "the PAX record " + printable(key) + ", which changes what an entry is");
      }
      String value =
          isBinary(key)
              ? new String(bytes, equals + 1, end - equals - 2, StandardCharsets.ISO_8859_1)
              : text(bytes, equals + 1, end - 1, malformed);
      if (key.indexOf(0) >= 0 || (!isBinary(key) && value.indexOf(0) >= 0)) {
        throw malformed.apply("a PAX record with a NUL");
      }
      into.put(key, value);
      at = end;
    }
    into.entrySet()
        .removeIf(each -> each.getValue().isEmpty() && PaxKey.of(each.getKey()) == PaxKey.FIELD);
  }

  private static String printable(String key) {
    return key.replaceAll("[^!-~]", "?");
  }

  /** Values that are bytes and no text; a character stands for each of them. */
  private static boolean isBinary(String key) {
    return key.startsWith(Attributes.XATTR_PREFIX);
  }

  private static String text(
      byte[] bytes,
      int start,
      int end,
      Function<String, ? extends VerificationException> malformed) {
    try {
      return Utf8.decode(bytes, start, end - start);
    } catch (CharacterCodingException e) {
      throw malformed.apply("a PAX record that is not UTF-8");
    }
  }

  static byte[] format(Map<String, String> records) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    records.forEach(
        (key, value) -> {
          ByteArrayOutputStream record = new ByteArrayOutputStream();
          record.writeBytes((" " + key + "=").getBytes(StandardCharsets.UTF_8));
          record.writeBytes(
              value.getBytes(isBinary(key) ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8));
          record.write('\n');
          byte[] body = record.toByteArray();
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
