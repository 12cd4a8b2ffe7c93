package ai.opencode.sandbox.definition.file;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The known word that a misspelt one probably is. */
final class Nearest {

  private static final int MOST_CHARACTERS = 64;

  private Nearest() {}

  /** Returns the nearest word; empty if none is near. */
  static Optional<String> of(String word, Collection<String> known) {
    if (word.length() > MOST_CHARACTERS) {
      return Optional.empty();
    }
    String lower = word.toLowerCase(Locale.ROOT);
    return known.stream()
        .filter(each -> distance(lower, each) <= Math.max(1, Math.min(word.length(), each.length()) / 3))
        .min(Comparator.<String>comparingInt(each -> distance(lower, each)).thenComparing(each -> each));
  }

  /** Returns the number of inserted, deleted, replaced and swapped characters. */
  private static int distance(String a, String b) {
    int[][] steps = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          steps[i][j] = i + j;
          continue;
        }
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least = Math.min(steps[i - 1][j] + 1, steps[i][j - 1] + 1);
        least = Math.min(least, steps[i - 1][j - 1] + cost);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          least = Math.min(least, steps[i - 2][j - 2] + 1);
        }
        steps[i][j] = least;
      }
    }
    return steps[a.length()][b.length()];
  }
}
