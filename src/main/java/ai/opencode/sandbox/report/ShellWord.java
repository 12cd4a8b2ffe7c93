package ai.opencode.sandbox.report;

/** A text as one word of a POSIX shell. */
public final class ShellWord {

  private ShellWord() {}

  /** One word, whatever is in it; quoted only where that is needed. */
  public static String of(String text) {
    return text.matches("[\\w@%+=:,./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
