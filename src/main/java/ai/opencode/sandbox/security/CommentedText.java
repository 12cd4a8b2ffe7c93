package ai.opencode.sandbox.security;

/**
 * A text file of indented lines and comments. Comments are wrapped, and indented like the lines
 * that they describe.
 */
final class CommentedText {

  private static final int WIDTH = 100;

  private final StringBuilder text = new StringBuilder();
  private final String commentMark;

  /**
   * Creates a text.
   *
   * @param commentMark the start of a comment, {@code #} or {@code //}
   */
  CommentedText(String commentMark) {
    this.commentMark = commentMark;
  }

  CommentedText line(int depth, String line) {
    text.append("  ".repeat(depth)).append(line).append('\n');
    return this;
  }

  CommentedText comment(int depth, String words) {
    String start = "  ".repeat(depth) + commentMark;
    StringBuilder line = new StringBuilder(start);
    for (String word : words.split(" ", -1)) {
      if (line.length() > start.length() && line.length() + 1 + word.length() > WIDTH) {
        text.append(line).append('\n');
        line = new StringBuilder(start);
      }
      line.append(' ').append(word);
    }
    text.append(line).append('\n');
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
