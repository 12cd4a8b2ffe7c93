package ai.opencode.sandbox.archive;

import java.nio.charset.CharacterCodingException;

/**
 * The fields of one header block. Numbers and texts that readers interpret differently are
 * malformed.
 */
final class TarHeader {

  static final int BLOCK = 512;

  private static final int MODE = 100;
  private static final int UID = 108;
  private static final int GID = 116;
  private static final int SIZE = 124;
  private static final int MODIFIED = 136;
  private static final int CHECKSUM = 148;
  private static final int TYPE = 156;
  private static final int TARGET = 157;
  private static final int USER_NAME = 265;
  private static final int GROUP_NAME = 297;
  private static final int MAJOR = 329;
  private static final int MINOR = 337;
  private static final int PREFIX = 345;

  private final byte[] block = new byte[BLOCK];
  private final Refusal malformed;
  private HeaderFormat format = HeaderFormat.V7;

  TarHeader(Refusal malformed) {
    this.malformed = malformed;
  }

  /** Returns the block's bytes, which the caller fills before {@link #verify}. */
  byte[] block() {
    return block;
  }

  /** Returns whether this is the zero block that ends an archive. */
  boolean isZero() {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /** Checks the checksum and every number. */
  void verify() {
    verifyChecksum();
    format = HeaderFormat.of(block);
    verifyNumbers();
  }

  private void verifyChecksum() {
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= CHECKSUM && i < TYPE ? ' ' : block[i] & 0xff;
    }
    if (sum != number(CHECKSUM, 8)) {
      throw malformed.of("a header with a wrong checksum (is this a tar archive?)");
    }
  }

  /**
   * Checks all numbers, including those that the entry's type does not use: some readers refuse a
   * header for any of them.
   */
  private void verifyNumbers() {
    number(MODE, 8);
    uid();
    gid();
    size();
    modified();
    major();
    minor();
    if (format == HeaderFormat.STAR) {
      number(476, 12);
      number(488, 12);
    }
    // Go reads these two fields as the start of a name if they are not numbers.
    if (format == HeaderFormat.GNU) {
      if (block[345] != 0) {
        number(345, 12);
      }
      if (block[357] != 0) {
        number(357, 12);
      }
    }
  }

  char type() {
    return (char) (block[TYPE] & 0xff);
  }

  /** Returns the permissions with the set-ID and sticky bits. */
  int mode() {
    return (int) (number(MODE, 8) & 07777);
  }

  long uid() {
    return number(UID, 8);
  }

  long gid() {
    return number(GID, 8);
  }

  long size() {
    return number(SIZE, 12);
  }

  /** Returns the date in seconds since 1970. */
  long modified() {
    return number(MODIFIED, 12);
  }

  long major() {
    return format == HeaderFormat.V7 ? 0 : number(MAJOR, 8);
  }

  long minor() {
    return format == HeaderFormat.V7 ? 0 : number(MINOR, 8);
  }

  String userName() {
    return format == HeaderFormat.V7 ? "" : text(USER_NAME, 32);
  }

  String groupName() {
    return format == HeaderFormat.V7 ? "" : text(GROUP_NAME, 32);
  }

  /** Returns the name, including its prefix. */
  String name() {
    String name = text(0, 100);
    String prefix = format.prefixLength() == 0 ? "" : text(PREFIX, format.prefixLength());
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  /** Returns the target of a link. */
  String target() {
    return text(TARGET, 100);
  }

  private String text(int start, int length) {
    int end = start;
    while (end < start + length && block[end] != 0) {
      end++;
    }
    return name(block, start, end - start, malformed);
  }

  /** Decodes the text of a name. */
  static String name(byte[] bytes, int start, int length, Refusal malformed) {
    try {
      return Utf8.decode(bytes, start, length);
    } catch (CharacterCodingException e) {
      throw malformed.of("a name that is not UTF-8");
    }
  }

  /**
   * Parses octal text with leading blanks and trailing blanks or NULs, or GNU's base-256 form if
   * the first bit is set. Negative numbers, and digits after a NUL, are refused because readers
   * disagree about them.
   */
  private long number(int start, int length) {
    int end = start + length;
    if ((block[start] & 0x80) != 0) {
      return binary(start, end);
    }
    int at = start;
    while (at < end && block[at] == ' ') {
      at++;
    }
    long value = 0;
    for (; at < end && block[at] >= '0' && block[at] <= '7'; at++) {
      value = (value << 3) | (block[at] - '0');
    }
    for (; at < end; at++) {
      if (block[at] != 0 && block[at] != ' ') {
        throw malformed.of("a number that is not octal");
      }
    }
    return value;
  }

  private long binary(int start, int end) {
    if ((block[start] & 0x40) != 0) {
      throw malformed.of("a number below zero");
    }
    long value = block[start] & 0x3f;
    for (int i = start + 1; i < end; i++) {
      if (value > Long.MAX_VALUE >> 8) {
        throw malformed.of("a number that is too large");
      }
      value = (value << 8) | (block[i] & 0xff);
    }
    return value;
  }
}
