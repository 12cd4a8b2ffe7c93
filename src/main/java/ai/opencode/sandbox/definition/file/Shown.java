package ai.opencode.sandbox.definition.file;

import ai.opencode.sandbox.failure.UserInfo;
import ai.opencode.sandbox.report.PlainText;

/** The form in which messages show a text of the file: short, visible and without passwords. */
final class Shown {

  private static final int MAX_CHARACTERS = 80;

  private Shown() {}

  /** Returns a text in quotation marks. */
  static String of(String text) {
    return "\"" + bare(text) + "\"";
  }

  /** Returns a text without quotation marks. */
  static String bare(String text) {
    String head = text.length() > 4 * MAX_CHARACTERS ? text.substring(0, 4 * MAX_CHARACTERS) : text;
    // A cut text may have lost the @ that ends a password.
    boolean cut = head.length() < text.length() && text.indexOf('@') >= 0;
    String safe = PlainText.line(cut ? "…" : withoutPassword(head));
    if (safe.codePointCount(0, safe.length()) <= MAX_CHARACTERS) {
      return safe;
    }
    return safe.substring(0, safe.offsetByCodePoints(0, MAX_CHARACTERS)) + "…";
  }

  /** Cuts everything before the last @ if it may be a user and a password. */
  private static String withoutPassword(String text) {
    return mayHavePassword(text) ? UserInfo.cut(text) : text;
  }

  /** Returns whether a text has a colon before an @ that does not begin a digest. */
  static boolean mayHavePassword(String text) {
    int at = text.replaceFirst("@sha[0-9]{1,3}:[0-9A-Fa-f]*$", "").lastIndexOf('@');
    return at > 0 && text.substring(0, at).contains(":");
  }
}
