package ai.opencode.sandbox.report;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The conversion of foreign text (from a server, an image, a package or a lock) to one safe line of
 * a terminal, log or table. The result moves no cursor, reverses no text, hides nothing and never
 * becomes several lines.
 */
public final class PlainText {

  private static final int MOST_CHARACTERS = 8000;

  /** Text that Markdown shows unchanged: no mention, link, image, tag or emphasis is possible. */
  private static final Pattern HARMLESS =
      Pattern.compile("sha256:[0-9a-f]{1,64}|(?!(?i:.*(gh-\\d|www\\.)))[A-Za-z0-9 ./+,=%→-]*");

  /** A sequence that a build server runs as a command anywhere in a line. */
  private static final Pattern COMMAND = Pattern.compile("##(?=[A-Za-z\\[])");

  private PlainText() {}

  /**
   * Returns the text as one line: each character without a visible form becomes a blank, and a very
   * long text is cut.
   *
   * @param text from outside
   */
  public static String line(String text) {
    StringBuilder line = new StringBuilder(Math.min(text.length(), MOST_CHARACTERS));
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (line.length() >= MOST_CHARACTERS) {
        line.append('…');
        break;
      }
      line.appendCodePoint(isPlain(c) ? c : ' ');
    }
    return COMMAND.matcher(line).replaceAll("# #");
  }

  /**
   * Returns the text for a cell of a Markdown table: unchanged if it is harmless, otherwise as
   * code.
   */
  public static String markdown(String text) {
    String line = line(text);
    if (HARMLESS.matcher(line).matches()) {
      return line;
    }
    StringBuilder code = new StringBuilder("`");
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      boolean digest = c == '@' && line.startsWith("sha256:", i + 1);
      if ("|`<>[]@".indexOf(c) >= 0 && !digest) {
        code.append(escaped(c));
      } else {
        code.append(c);
      }
    }
    return code.append('`').toString();
  }

  /**
   * Returns whether a character shows itself and has no other effect: not a control, format,
   * invisible or private-use character, and not half of a surrogate pair.
   */
  static boolean isPlain(int c) {
    if (c >= ' ' && c < 0x7f) {
      return true;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> !isInvisible(c);
    };
  }

  /**
   * Returns whether a character is one of Unicode's default ignorable code points that are neither
   * control nor format characters.
   */
  private static boolean isInvisible(int c) {
    return c == 0x034f
        || c == 0x115f
        || c == 0x1160
        || c == 0x17b4
        || c == 0x17b5
        || (c >= 0x180b && c <= 0x180f)
        || (c >= 0x2060 && c <= 0x206f)
        || c == 0x2800
        || c == 0x3164
        || (c >= 0xfe00 && c <= 0xfe0f)
        || c == 0xffa0
        || (c >= 0xfff0 && c <= 0xfff8)
        || (c >= 0xe0000 && c <= 0xe0fff);
  }

  /**
   * Returns the escape for a character that must not take effect; valid in a JSON string as well.
   */
  static String escaped(char c) {
    return String.format(Locale.ROOT, "\\u%04x", (int) c);
  }
}
