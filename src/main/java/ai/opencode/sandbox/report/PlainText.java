package ai.opencode.sandbox.report;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The conversion of text from outside (a server, an image, a package, a lock) into text that is
 * harmless in one line of a terminal, a log or a table. The result cannot move the cursor, reverse
 * or hide text, begin another line, or be a command to a build server.
 */
public final class PlainText {

  private static final int MAX_CHARACTERS = 8000;

  /** The texts that Markdown shows unchanged, without mention, link, image, tag or emphasis. */
  private static final Pattern HARMLESS =
      Pattern.compile("sha256:[0-9a-f]{1,64}|(?!(?i:.*(gh-\\d|www\\.)))[A-Za-z0-9 ./+,=%→-]*");

  /** The beginning of a command that build servers execute if it is anywhere in their log. */
  private static final Pattern COMMAND = Pattern.compile("##(?=[A-Za-z\\[])");

  private PlainText() {}

  /**
   * Returns a text as one line, with a blank for each character that is not visible; a very long
   * text is cut.
   *
   * @param text a text from outside
   */
  public static String line(String text) {
    StringBuilder line = new StringBuilder(Math.min(text.length(), MAX_CHARACTERS));
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (line.length() >= MAX_CHARACTERS) {
        line.append('…');
        break;
      }
      line.appendCodePoint(isPlain(c) ? c : ' ');
    }
    return COMMAND.matcher(line).replaceAll("# #");
  }

  /** Returns a text for a cell of a Markdown table: unchanged if harmless, otherwise as code. */
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
   * Returns whether a character is visible: not a control or format character, a lone surrogate, an
   * ignorable or a private one.
   */
  public static boolean isPlain(int c) {
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

  /** Returns whether a character is ignorable by Unicode, but not a control or format character. */
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

  /** Returns a character's escape sequence, which is also valid in a JSON string. */
  public static String escaped(char c) {
    return String.format(Locale.ROOT, "\\u%04x", (int) c);
  }
}
