package ai.opencode.sandbox.archive;

import java.nio.charset.StandardCharsets;

/**
 * The forms of a tar header, told apart by the same bytes as in Go's {@code archive/tar}, because
 * the form decides whether a header has a prefix of the name, names of owners and device numbers.
 */
enum HeaderFormat {
  /** Unix of 1979: everything behind the link's target is unused. */
  V7(0),

  /** POSIX, with or without PAX. */
  USTAR(155),

  /** Schily's, with two dates behind a shorter prefix. */
  STAR(131),

  /** GNU's old format, with two dates in place of a prefix. */
  GNU(0);

  private final int prefixLength;

  HeaderFormat(int prefixLength) {
    this.prefixLength = prefixLength;
  }

  /** Bytes that the header has for what stands in front of the name. */
  int prefixLength() {
    return prefixLength;
  }

  static HeaderFormat of(byte[] header) {
    if (has(header, 257, "ustar\0")) {
      return has(header, 508, "tar\0") ? STAR : USTAR;
    }
    return has(header, 257, "ustar  \0") ? GNU : V7;
  }

  private static boolean has(byte[] header, int start, String magic) {
    byte[] bytes = magic.getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < bytes.length; i++) {
      if (header[start + i] != bytes[i]) {
        return false;
      }
    }
    return true;
  }
}
