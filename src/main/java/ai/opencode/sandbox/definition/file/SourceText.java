package ai.opencode.sandbox.definition.file;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * The text of a file. Only UTF-8 without a byte order mark and without hidden characters is read,
 * so that a file has one meaning, which is also the one that an editor shows.
 */
final class SourceText {

  /** The maximum size of a file in bytes. */
  static final int MAX_BYTES = 1 << 20;

  private static final int BYTE_ORDER_MARK = 0xFEFF;
  private static final char REPLACEMENT = '\uFFFD';

  private final Mistakes mistakes;
  private final StringBuilder text = new StringBuilder();
  private int line = 1;
  private int column = 1;

  private SourceText(Mistakes mistakes) {
    this.mistakes = mistakes;
  }

  /**
   * Decodes a file.
   *
   * @return a text in which each refused character is replaced, so that the positions of others are
   *     kept; empty if the file is not text at all
   */
  static Optional<String> of(byte[] bytes, Mistakes mistakes) {
    if (bytes.length > MAX_BYTES) {
      mistakes.add(
          Place.START,
          "The file is larger than 1 MiB. Put long texts into files of their own, and name these.");
      return Optional.empty();
    }
    if (isOtherUnicode(bytes)) {
      mistakes.add(Place.START, "The file is UTF-16, UTF-32 or no text. Save it as UTF-8.");
      return Optional.empty();
    }
    SourceText source = new SourceText(mistakes);
    source.decode(bytes);
    return Optional.of(source.text.toString());
  }

  private static boolean isOtherUnicode(byte[] bytes) {
    if (bytes.length >= 2 && (bytes[0] & bytes[1]) == (byte) 0xfe && bytes[0] != bytes[1]) {
      return true;
    }
    for (int i = 0; i < Math.min(bytes.length, 4); i++) {
      if (bytes[i] == 0) {
        return true;
      }
    }
    return false;
  }

  private void decode(byte[] bytes) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length + 2);
    CoderResult result;
    do {
      result = decoder.decode(in, out, true);
      take(out.flip());
      out.clear();
      if (result.isError()) {
        mistakes.add(new Place(line, column), "These bytes are not UTF-8. Save the file as UTF-8.");
        in.position(in.position() + result.length());
        add(REPLACEMENT);
      }
    } while (result.isError());
  }

  private void take(CharSequence characters) {
    characters.codePoints().forEach(this::take);
  }

  private void take(int c) {
    if (c == BYTE_ORDER_MARK && text.isEmpty()) {
      mistakes.add(
          Place.START, "The file begins with a byte order mark. Save it as UTF-8 without one.");
      return;
    }
    if (c == '\n' || c == '\r' || c == '\t' || !isHidden(c)) {
      add(c);
      return;
    }
    mistakes.add(
        new Place(line, column),
        String.format(
            Locale.ROOT,
            "The character U+%04X is invisible. Delete it, or write it as \"\\u%04X\" in quotes.",
            c,
            c));
    add(REPLACEMENT);
  }

  private void add(int c) {
    boolean second = c == '\n' && !text.isEmpty() && text.charAt(text.length() - 1) == '\r';
    text.appendCodePoint(c);
    if (second) {
      return;
    }
    if (c == '\n' || c == '\r') {
      line++;
      column = 1;
    } else {
      column++;
    }
  }

  /**
   * Returns whether a character has no form of its own. Some of them end lines for one reader of
   * YAML and not for another, or reverse the order in which an editor shows the text.
   */
  static boolean isHidden(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> (c & 0xfffe) == 0xfffe;
    };
  }
}
