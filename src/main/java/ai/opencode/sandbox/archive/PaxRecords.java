package ai.opencode.sandbox.archive;

import java.io.ByteArrayOutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The records of a PAX extended header: {@code length key=value\n}. The length counts its own
 * digits (POSIX.1-2001, pax).
 */
final class PaxRecords {

  private static final int MAX_RECORDS = 1024;

  private PaxRecords() {}

  static boolean describesFile(String key) {
    return PaxKey.of(key) != PaxKey.FIELD;
  }

  /**
   * Parses records to the last byte. The last record of a key counts; one with an empty value
   * leaves the header's field unchanged.
   */
  static void parse(byte[] bytes, Map<String, String> into, Refusal malformed) {
    int at = 0;
    for (int records = 0; at < bytes.length; records++) {
      int digits = digits(bytes, at);
      int end = at + length(bytes, at, digits);
      if (records > MAX_RECORDS
          || digits == at
          || digits >= bytes.length
          || bytes[digits] != ' '
          || end > bytes.length
          || end <= digits + 2
          || bytes[end - 1] != '\n') {
        throw malformed.of("a PAX record whose length is wrong");
      }
      add(bytes, digits + 1, end - 1, into, malformed);
      at = end;
    }
    into.entrySet()
        .removeIf(each -> each.getValue().isEmpty() && PaxKey.of(each.getKey()) == PaxKey.FIELD);
  }

  /** Returns the index after the digits of the length. */
  private static int digits(byte[] bytes, int at) {
    int digit = at;
    while (digit < bytes.length && bytes[digit] >= '0' && bytes[digit] <= '9' && digit < at + 8) {
      digit++;
    }
    return digit;
  }

  private static int length(byte[] bytes, int at, int digits) {
    int length = 0;
    for (int i = at; i < digits; i++) {
      length = length * 10 + bytes[i] - '0';
    }
    return length;
  }

  /** Adds a record in the form {@code key=value}. */
  private static void add(
      byte[] bytes, int start, int end, Map<String, String> into, Refusal malformed) {
    int equals = start;
    while (equals < end && bytes[equals] != '=') {
      equals++;
    }
    if (equals == start || equals == end) {
      throw malformed.of("a PAX record without a key");
    }
    String key = text(bytes, start, equals, malformed);
    if (PaxKey.of(key) == PaxKey.REFUSED) {
      throw malformed.of("the PAX record " + printable(key) + ", which changes what an entry is");
    }
    boolean binary = isBinary(key);
    String value =
        binary
            ? new String(bytes, equals + 1, end - equals - 1, StandardCharsets.ISO_8859_1)
            : text(bytes, equals + 1, end, malformed);
    if (key.indexOf(0) >= 0 || (!binary && value.indexOf(0) >= 0)) {
      throw malformed.of("a PAX record with a NUL");
    }
    into.put(key, value);
  }

  private static String printable(String key) {
    return key.replaceAll("[^!-~]", "?");
  }

  /**
   * Returns whether values of the key are bytes instead of text; one character then holds one byte.
   */
  private static boolean isBinary(String key) {
    return key.startsWith(Attributes.XATTR_PREFIX);
  }

  private static String text(byte[] bytes, int start, int end, Refusal malformed) {
    try {
      return Utf8.decode(bytes, start, end - start);
    } catch (CharacterCodingException e) {
      throw malformed.of("a PAX record that is not UTF-8");
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
