package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.archive.TextLines;
import ai.opencode.sandbox.inspect.content.ImageRoot;
import java.util.ArrayList;
import java.util.List;

/** The lines of {@code passwd}, {@code group} and {@code shadow}, split into fields. */
final class AccountLines {

  private AccountLines() {}

  static List<String[]> of(ImageRoot root, String file) {
    List<String[]> lines = new ArrayList<>();
    for (String line : TextLines.of(root.text(file).orElse(""))) {
      if (!line.isEmpty()) {
        lines.add(line.split(":", -1));
      }
    }
    return lines;
  }

  /** Returns a field; empty if the line is too short. */
  static String field(String[] line, int index) {
    return index < line.length ? line[index] : "";
  }
}
