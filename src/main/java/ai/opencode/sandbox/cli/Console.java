package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.report.PlainWriter;
import java.io.IOException;
import java.io.PrintWriter;

/**
 * Standard output or standard error, with control characters of printed text made harmless: they
 * could come from a registry or a package. Control sequences of this program have methods.
 */
final class Console extends PrintWriter {

  private static final String CLEAR_LINE = "\r\u001b[2K";

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
    try {
      plain.control(CLEAR_LINE);
    } catch (IOException e) {
      setError();
    }
  }
}
