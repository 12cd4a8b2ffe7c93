package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.report.PlainText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The commands at the start of a script, in one line for a message. Control characters are removed,
 * because a package may contain sequences that change a terminal.
 */
final class ScriptExcerpt {

  private static final int MAX_BYTES = 4096;
  private static final int MAX_CHARACTERS = 240;

  private ScriptExcerpt() {}

  static String of(byte[] script) {
    int length = Math.min(script.length, MAX_BYTES);
    List<String> commands = new ArrayList<>();
    for (String line : new String(script, 0, length, StandardCharsets.UTF_8).split("\n", -1)) {
      String command = PlainText.line(line).strip();
      if (!command.isEmpty() && !command.startsWith("#")) {
        commands.add(command);
      }
    }
    String joined = commands.isEmpty() ? "nothing" : String.join(" \u23ce ", commands);
    boolean cut = joined.length() > MAX_CHARACTERS || script.length > MAX_BYTES;
    return "`"
        + joined.substring(0, Math.min(joined.length(), MAX_CHARACTERS))
        + (cut ? "\u2026`" : "`");
  }
}
