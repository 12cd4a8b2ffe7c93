package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.report.PlainText;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.Writer;

/**
 * A writer whose text cannot control a terminal or a build server. It writes invisible characters
 * as {@code \\uXXXX}, which has the same meaning in a JSON string. Text that a build server would
 * take for a command ({@code ::} at the beginning of a line, {@code ##[} anywhere) is disabled by
 * writing one of its characters that way. Line feeds and tabs are written unchanged.
 *
 * <p>Threads may share a writer; each call writes its text as a whole.
 */
final class PlainWriter extends FilterWriter {

  /** Whether lines end with two characters, so that a return before a line feed is kept. */
  private static final boolean RETURNS = System.lineSeparator().startsWith("\r");

  private final Object monitor = new Object();
  private char high;
  private boolean returned;
  private boolean lineStart = true;
  private int colons;
  private int hashes;

  public PlainWriter(Writer out) {
    super(out);
  }

  /** Writes a control sequence of this program unchanged. */
  public void control(String sequence) throws IOException {
    synchronized (monitor) {
      out.write(sequence);
      text();
      lineStart = true;
    }
  }

  @Override
  public void write(int c) throws IOException {
    write(new char[] {(char) c}, 0, 1);
  }

  @Override
  public void write(String text, int start, int length) throws IOException {
    write(text.substring(start, start + length).toCharArray(), 0, length);
  }

  @Override
  public void write(char[] text, int start, int length) throws IOException {
    synchronized (monitor) {
      StringBuilder plain = new StringBuilder(length);
      for (int i = start; i < start + length; i++) {
        next(text[i], plain);
      }
      out.write(plain.toString());
    }
  }

  /** Handles a character; the first half of a pair is kept until the next character decides. */
  private void next(char c, StringBuilder plain) {
    if (high != 0) {
      char first = high;
      high = 0;
      if (Character.isLowSurrogate(c)) {
        pair(first, c, plain);
        return;
      }
      plain.append(PlainText.escaped(first));
    }
    if (returned) {
      returned = false;
      plain.append(c == '\n' ? "\r" : PlainText.escaped('\r'));
    }
    if (Character.isHighSurrogate(c)) {
      high = c;
    } else if (c == '\r' && RETURNS) {
      returned = true;
    } else {
      single(c, plain);
    }
  }

  private void pair(char first, char second, StringBuilder plain) {
    text();
    if (PlainText.isPlain(Character.toCodePoint(first, second))) {
      plain.append(first).append(second);
    } else {
      plain.append(PlainText.escaped(first)).append(PlainText.escaped(second));
    }
  }

  private void single(char c, StringBuilder plain) {
    if (c == '\n') {
      text();
      lineStart = true;
      plain.append(c);
    } else if (c == '\t' || (Character.isSpaceChar(c) && PlainText.isPlain(c))) {
      hashes = 0;
      colons = 0;
      plain.append(c);
    } else if (isCommand(c) || !PlainText.isPlain(c)) {
      text();
      plain.append(PlainText.escaped(c));
    } else {
      plain.append(c);
    }
  }

  private void text() {
    lineStart = false;
    colons = 0;
    hashes = 0;
  }

  /** Returns whether a character completes the beginning of a build server's command. */
  private boolean isCommand(char c) {
    if (c == ':' && lineStart) {
      return ++colons == 2;
    }
    boolean command = hashes >= 2 && (c == '[' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
    lineStart = false;
    colons = 0;
    hashes = c == '#' ? hashes + 1 : 0;
    return command;
  }
}
