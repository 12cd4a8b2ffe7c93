package ai.opencode.sandbox.definition.file;

/** Tabs before or between the words of lines, where YAML permits only spaces. */
final class TabIndentation {

  private TabIndentation() {}

  /**
   * Reports lines that begin with tabs, in a text that cannot be read.
   *
   * @return whether there is such a line
   */
  static boolean report(String text, Mistakes mistakes) {
    boolean found = false;
    int number = 0;
    for (String line : text.split("\r\n|\r|\n", -1)) {
      number++;
      int end = 0;
      while (end < line.length() && line.charAt(end) == ' ') {
        end++;
      }
      if (end < line.length() && line.charAt(end) == '\t' && !line.isBlank()) {
        mistakes.add(new Place(number, end + 1), "A tab indents the line. Indent it with spaces.");
        found = true;
      }
    }
    return found;
  }
}
