package ai.opencode.sandbox.definition.file;

/** Tabs before or between the words of lines, where YAML permits only spaces. */
final class TabIndentation {

  private TabIndentation() {}

  /**
   * Reports lines that begin with tabs, in a text that cannot be read from a line on.
   *
   * @param first the line, which may begin with a tab
   * @return whether it does
   */
  static boolean report(String text, int first, Mistakes mistakes) {
    int number = 0;
    for (String line : text.split("\r\n|\r|\n", -1)) {
      number++;
      int end = 0;
      while (end < line.length() && line.charAt(end) == ' ') {
        end++;
      }
      boolean indented = end < line.length() && line.charAt(end) == '\t' && !line.isBlank();
      if (number == first && !indented) {
        return false; // Tabs in other lines, such as those of a long text, are no mistake.
      }
      if (number >= first && indented) {
        mistakes.add(new Place(number, end + 1), "A tab indents the line. Indent it with spaces.");
      }
    }
    return true;
  }
}
