package ai.opencode.sandbox.archive;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The encoding of names and values in archives: anything but UTF-8 is refused, and almost all of it
 * is ASCII.
 */
final class Utf8 {

  private Utf8() {}

  static String decode(byte[] bytes, int start, int length) throws CharacterCodingException {
    if (isAscii(bytes, start, length)) {
      return new String(bytes, start, length, StandardCharsets.US_ASCII);
    }
    return StandardCharsets.UTF_8
        .newDecoder()
        .decode(ByteBuffer.wrap(bytes, start, length))
        .toString();
  }

  private static boolean isAscii(byte[] bytes, int start, int length) {
    for (int i = start; i < start + length; i++) {
      if (bytes[i] < 0) {
        return false;
      }
    }
    return true;
  }
}
