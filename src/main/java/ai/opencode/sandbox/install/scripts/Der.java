package ai.opencode.sandbox.install.scripts;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An element of DER, the binary encoding of certificates (ITU-T X.690): a tag, a length and
 * content. It is a view of an array, without a copy.
 *
 * @param source the array
 * @param start index of the tag
 * @param content index of the content
 * @param end index after the content
 */
record Der(byte[] source, int start, int content, int end) {

  static final int SEQUENCE = 0x30;

  private static final int MAX_LENGTH_BYTES = 4;

  /**
   * Returns the first element of an array.
   *
   * @throws IllegalArgumentException if the array does not contain it whole
   */
  static Der first(byte[] source) {
    return at(source, 0, source.length);
  }

  private static Der at(byte[] source, int start, int limit) {
    require(limit - start >= 2 && (source[start] & 0x1f) != 0x1f);
    int length = source[start + 1] & 0xff;
    int content = start + 2;
    if (length >= 0x80) {
      int bytes = length - 0x80;
      require(bytes >= 1 && bytes <= MAX_LENGTH_BYTES && limit - content >= bytes);
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = (length << 8) | (source[content++] & 0xff);
      }
    }
    require(length >= 0 && length <= limit - content);
    return new Der(source, start, content, content + length);
  }

  /** Returns the elements in this one; the content must be nothing else. */
  List<Der> children() {
    List<Der> children = new ArrayList<>();
    for (int at = content; at < end; ) {
      Der child = at(source, at, end);
      children.add(child);
      at = child.end;
    }
    return children;
  }

  /** Returns the elements in this one, of which there must be at least {@code least}. */
  List<Der> children(int least) {
    List<Der> children = children();
    require(children.size() >= least);
    return children;
  }

  int tag() {
    return source[start] & 0xff;
  }

  /** Returns this element, which must have the tag. */
  Der as(int tag) {
    require(tag() == tag);
    return this;
  }

  /** Returns tag, length and content. */
  byte[] bytes() {
    return Arrays.copyOfRange(source, start, end);
  }

  byte[] contentBytes() {
    return Arrays.copyOfRange(source, content, end);
  }

  private static void require(boolean holds) {
    if (!holds) {
      throw new IllegalArgumentException("This is not DER of the expected form");
    }
  }
}
