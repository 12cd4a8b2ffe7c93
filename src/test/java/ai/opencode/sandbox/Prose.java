package ai.opencode.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sentences of a source file: those of its comments and of its string literals, without code.
 *
 * @param sentences in the file's order
 */
record Prose(List<Sentence> sentences) {

  /** A sentence and the line that it starts in, counted from 1. */
  record Sentence(int line, boolean comment, String text) {}

  private static final Pattern CODE =
      Pattern.compile("\\{@(?:code|link|linkplain|snippet)\\s[^{}]*(?:\\{[^{}]*}[^{}]*)*}|`[^`]*`");

  /** A tag with the word that belongs to it, such as a parameter's name. */
  private static final Pattern TAG =
      Pattern.compile("@(?:param|throws|see)\\s+\\S+|@(?:return|since)\\b");

  private static final Pattern BOUNDARY =
      Pattern.compile("(?<=[.!?])\\s+|<p>|</?(?:li|ul|ol|tr|td|th|table|caption|pre)>|\\n\\s*\\n");

  Prose {
    sentences = List.copyOf(sentences);
  }

  static Prose ofJava(String source) {
    return new Java(source).read();
  }

  /** Reads shell or Python line by line: comments after #, and quoted strings. */
  static Prose ofScript(String source) {
    List<Sentence> found = new ArrayList<>();
    String[] lines = source.split("\n", -1);
    Matcher parts =
        Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|'([^']*)'|(?<!\\S)#(?!!)(.*)").matcher("");
    for (int i = 0; i < lines.length; i++) {
      parts.reset(lines[i]);
      while (parts.find()) {
        boolean comment = parts.group(3) != null;
        String text = comment ? parts.group(3) : parts.group(1) + parts.group(2);
        split(i + 1, comment, text.replace("null", ""), found);
      }
    }
    return new Prose(found);
  }

  /** Reads Markdown outside of blocks and spans of code. */
  static Prose ofMarkdown(String source) {
    List<Sentence> found = new ArrayList<>();
    String[] lines = source.split("\n", -1);
    StringBuilder paragraph = new StringBuilder();
    int start = 1;
    boolean code = false;
    for (int i = 0; i <= lines.length; i++) {
      String line = i < lines.length ? lines[i] : "";
      if (line.strip().startsWith("```")) {
        code = !code;
        line = "";
      }
      boolean block = line.isBlank() || line.matches("\\s*(?:[-*#|>]|\\d+\\.).*");
      if (block && !paragraph.isEmpty()) {
        split(start, true, paragraph.toString(), found);
        paragraph.setLength(0);
      }
      if (!code && !line.isBlank()) {
        start = paragraph.isEmpty() ? i + 1 : start;
        paragraph.append(line.replaceFirst("^\\s*(?:[-*#>]+|\\d+\\.)\\s+", "")).append('\n');
      }
    }
    return new Prose(found);
  }

  private static void split(int line, boolean comment, String text, List<Sentence> into) {
    String plain = blank(TAG, blank(CODE, text));
    Matcher boundary = BOUNDARY.matcher(plain);
    int start = 0;
    while (start <= plain.length()) {
      boolean more = boundary.find(start);
      int end = more ? boundary.start() : plain.length();
      String sentence = plain.substring(start, end);
      if (!sentence.isBlank()) {
        int offset = start + sentence.indexOf(sentence.strip());
        int lines = (int) plain.substring(0, offset).chars().filter(c -> c == '\n').count();
        into.add(new Sentence(line + lines, comment, sentence.strip().replaceAll("\\s+", " ")));
      }
      if (!more) {
        break;
      }
      start = Math.max(boundary.end(), start + 1);
    }
  }

  /** Replaces matches by a sign that is not a word; a tag begins another sentence. */
  private static String blank(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .replaceAll(
            match -> {
              String lines =
                  "\n".repeat((int) match.group().chars().filter(c -> c == '\n').count());
              return Matcher.quoteReplacement(
                  pattern == TAG ? "<p>" + lines : lines.isEmpty() ? "…" : "…" + lines);
            });
  }

  /** A scanner of Java's tokens that distinguishes comments, literals and code. */
  private static final class Java {

    private final String source;
    private final List<Sentence> found = new ArrayList<>();
    private int at;
    private int line = 1;

    Java(String source) {
      this.source = source;
    }

    Prose read() {
      while (at < source.length()) {
        if (source.startsWith("//", at)) {
          lineComments();
        } else if (source.startsWith("/*", at)) {
          int end = source.indexOf("*/", at + 2);
          String text = source.substring(at + 2, end);
          take(true, text.replaceAll("(?m)^[ \\t]*\\*", ""), end + 2);
        } else if (source.startsWith("\"\"\"", at)) {
          int end = closing("\"\"\"", at + 3);
          take(false, source.substring(at + 3, end), end + 3);
        } else if (source.charAt(at) == '"') {
          literals();
        } else if (source.charAt(at) == '\'') {
          at = closing("'", at + 1) + 1;
        } else {
          line += source.charAt(at) == '\n' ? 1 : 0;
          at++;
        }
      }
      return new Prose(found);
    }

    /** Reads adjacent lines of comments as one text. */
    private void lineComments() {
      Matcher more = Pattern.compile("//([^\n]*)(?:\n\\s*//([^\n]*))*").matcher(source);
      more.region(at, source.length());
      if (!more.lookingAt()) {
        throw new IllegalStateException("not a comment: line " + line);
      }
      take(true, more.group().replaceAll("(?m)^[ \\t]*//", ""), more.end());
    }

    /** Reads literals that a plus sign joins as one text. */
    private void literals() {
      StringBuilder text = new StringBuilder();
      int end = at;
      Matcher plus = Pattern.compile("\\s*\\+\\s*(?=\")").matcher(source);
      while (true) {
        int close = closing("\"", end + 1);
        text.append(source, end + 1, close);
        plus.region(close + 1, source.length());
        if (!plus.lookingAt() || source.startsWith("\"\"\"", plus.end())) {
          take(false, text.toString().replace("\\n", " ").replace("\\\"", "\""), close + 1);
          return;
        }
        end = plus.end();
      }
    }

    private void take(boolean comment, String text, int end) {
      if (comment || text.strip().contains(" ")) {
        split(line, comment, text, found);
      }
      line += (int) source.substring(at, end).chars().filter(c -> c == '\n').count();
      at = end;
    }

    private int closing(String quote, int from) {
      int end = from;
      while (!source.startsWith(quote, end)) {
        end += source.charAt(end) == '\\' ? 2 : 1;
      }
      return end;
    }
  }
}
