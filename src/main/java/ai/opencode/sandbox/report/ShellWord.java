package ai.opencode.sandbox.report;

/** A text as one word of a POSIX shell. */
public final class ShellWord {

  private ShellWord() {}

  /** Returns a text as a single word for a shell, quoted only if necessary. */
  public static String of(String text) {
    return text.matches("[\\w@%+=:,./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
