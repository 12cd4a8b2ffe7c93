package ai.opencode.sandbox.definition.file;

/** A search for tabs that indent lines, where YAML permits only spaces. */
final class TabIndentation {

  private TabIndentation() {}

  /**
   * Reports the lines that a tab indents, from the line on that the parser cannot read; reports
   * none if no tab indents that line.
   *
   * @param first the number of the line that the parser cannot read
   * @return whether a tab indents that line
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
