package ai.opencode.sandbox.cli;

import java.io.IOException;
import java.io.PrintWriter;

/**
 * Standard output or standard error, with control characters of printed text made harmless: they
 * could come from a registry or a package. Control sequences of this program have methods.
 */
final class Console extends PrintWriter {

  private static final String CLEAR_LINE = "\r\u001b[2K";

  /** Turns off the wrapping of lines, so that a narrow terminal cuts a line and can replace it. */
  private static final String CUT_LINES = "\u001b[?7l";

  private static final String WRAP_LINES = "\u001b[?7h";

  private final PlainWriter plain;

  private Console(PlainWriter plain) {
    super(plain, true);
    this.plain = plain;
  }

  static Console of(PrintWriter out) {
    return out instanceof Console console ? console : new Console(new PlainWriter(out));
  }

  /** Returns to the start of a terminal's line and empties it. */
  void clearLine() {
    control(CLEAR_LINE);
    flush();
  }

  /** Replaces a terminal's line; the next output must be another {@code replaceLine} or a clear. */
  void replaceLine(String text) {
    control(CUT_LINES + CLEAR_LINE);
    print(text);
    control(WRAP_LINES);
    flush();
  }

  private void control(String sequence) {
    try {
      plain.control(sequence);
    } catch (IOException e) {
      setError();
    }
  }
}
