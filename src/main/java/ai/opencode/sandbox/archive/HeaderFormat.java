package ai.opencode.sandbox.archive;

import java.nio.charset.StandardCharsets;

/**
 * The form of a tar header. It is recognised by the same bytes as in Go's {@code archive/tar},
 * because it decides whether the header has a name prefix, owner names and device numbers.
 */
enum HeaderFormat {
  /** Unix V7 of 1979: the bytes after the link target are unused. */
  V7(0),

  /** POSIX ustar, with or without PAX. */
  USTAR(155),

  /** Schily's tar: two dates follow a shorter prefix. */
  STAR(131),

  /** GNU's old format: two dates take the place of the prefix. */
  GNU(0);

  private final int prefixLength;

  HeaderFormat(int prefixLength) {
    this.prefixLength = prefixLength;
  }

  /** Returns the length in bytes of the header's name prefix. */
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
