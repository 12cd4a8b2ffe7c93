package ai.opencode.sandbox.build;

import ai.opencode.sandbox.install.scripts.NotReproduced;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The text of messages about scripts whose effects an image lacks. */
final class ScriptText {

  private ScriptText() {}

  /** Returns a clause for each package. */
  static List<String> lines(List<NotReproduced> parts) {
    Map<String, String> actions = new TreeMap<>();
    for (NotReproduced each : parts) {
      String action = each.in(ScriptText::action, ScriptText::action);
      actions.merge(each.label(), action, (one, other) -> one + ", " + other);
    }
    List<String> lines = new ArrayList<>();
    actions.forEach((label, action) -> lines.add(label + " would run " + action));
    return lines;
  }

  private static String action(NotReproduced.UnknownText script) {
    return script.kind().apkName()
        + script
            .takenFor()
            .map(
                known ->
                    " with a text that is not known ("
                        + script.text()
                        + "), taken for the newest known one, which "
                        + known.action())
            .orElse("")
        + ": "
        + script.excerpt();
  }

  private static String action(NotReproduced.Command command) {
    return command.kind().map(kind -> kind.apkName() + ": ").orElse("")
        + "`"
        + command.command()
        + "`"
        + command
            .missing()
            .map(file -> ", but the list of its links, " + file + ", is missing")
            .orElse("");
  }
}
