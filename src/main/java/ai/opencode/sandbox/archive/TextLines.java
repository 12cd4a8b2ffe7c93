package ai.opencode.sandbox.archive;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reader of text lines as apk, npm and libc split them: only a line feed ends a line. Java's own
 * readers also split at a carriage return, which would turn one record into two.
 */
public final class TextLines {

  private static final int FIRST_BUFFER = 1 << 10;

  private final InputStream in;
  private final String source;
  private final int maxBytes;
  private final byte[] buffer = new byte[1 << 16];
  private int position;
  private int limit;
  private byte[] line = new byte[FIRST_BUFFER];
  private long number;

  /**
   * Creates a reader of records, which are UTF-8 without control characters other than the tab.
   *
   * @param in the text, which is read to its end and not closed
   * @param maxBytes the maximum length of a line in bytes
   * @param source the name of the text in messages
   */
  public TextLines(InputStream in, int maxBytes, String source) {
    this.in = in;
    this.maxBytes = maxBytes;
    this.source = source;
  }

  /**
   * Splits a text that may contain any characters; a line feed at its end does not begin another
   * line.
   */
  public static List<String> of(String text) {
    if (text.isEmpty()) {
      return List.of();
    }
    String whole = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    return Arrays.asList(whole.split("\n", -1));
  }

  /**
   * Returns whether a character is forbidden in a record: all control characters but the tab are.
   */
  public static boolean isForbidden(int character) {
    return character != '\t' && Character.isISOControl(character);
  }

  /**
   * Returns the next line without its line feed; null at the end.
   *
   * @throws VerificationException if the line is too long or not plain text
   */
  public @Nullable String next() throws IOException {
    int length = 0;
    number++;
    while (true) {
      if (position == limit && !fill()) {
        return length == 0 ? null : text(length);
      }
      int end = position;
      while (end < limit && buffer[end] != '\n') {
        end++;
      }
      length = append(length, end);
      position = end;
      if (end < limit) {
        position++;
        return text(length);
      }
    }
  }

  /** Returns the number of the line that {@link #next} returned last, counting from 1. */
  public long number() {
    return number;
  }

  private int append(int length, int end) {
    int count = end - position;
    if (count > maxBytes - length) {
      throw malformed("is longer than " + maxBytes + " bytes");
    }
    if (length + count > line.length) {
      line = Arrays.copyOf(line, Math.max(length + count, 2 * line.length));
    }
    System.arraycopy(buffer, position, line, length, count);
    return length + count;
  }

  private boolean fill() throws IOException {
    position = 0;
    limit = Math.max(in.read(buffer), 0);
    return limit > 0;
  }

  private String text(int length) {
    String text;
    try {
      text = Utf8.decode(line, 0, length);
    } catch (CharacterCodingException e) {
      throw malformed("is not UTF-8");
    }
    for (int i = 0; i < text.length(); i++) {
      if (isForbidden(text.charAt(i))) {
        throw malformed(String.format("holds the control character U+%04X", (int) text.charAt(i)));
      }
    }
    return text;
  }

  private VerificationException malformed(String what) {
    return new VerificationException(source + ": line " + number + " " + what);
  }
}
