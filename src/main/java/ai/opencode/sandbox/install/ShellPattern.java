package ai.opencode.sandbox.install;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * File-name patterns of the shell, with the syntax of {@code fnmatch}: a star does not match a
 * slash.
 */
final class ShellPattern {

  private ShellPattern() {}

  static Pattern of(String glob) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      int close = c == '[' ? glob.indexOf(']', i + 2) : -1;
      if (c == '*') {
        regex.append("[^/]*");
      } else if (c == '?') {
        regex.append("[^/]");
      } else if (close > 0) {
        String set = glob.substring(i + 1, close).replace("\\", "\\\\").replace("[", "\\[");
        regex.append('[').append(set.startsWith("!") ? "^" + set.substring(1) : set).append(']');
        i = close;
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    try {
      return Pattern.compile(regex.toString());
    } catch (PatternSyntaxException e) {
      // An invalid pattern, such as one with a reversed range, matches only its own text.
      return Pattern.compile(Pattern.quote(glob));
    }
  }
}
