package ai.opencode.sandbox.report;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** The known word that a misspelt one is likely to mean. */
public final class Nearest {

  private Nearest() {}

  /**
   * Returns the word with the fewest changed letters; empty if every word differs in more than a
   * third of its letters.
   *
   * @param known the possible words; of equally near ones the first is returned
   */
  public static Optional<String> to(String word, Collection<String> known) {
    String found = null;
    int fewest = Integer.MAX_VALUE;
    for (String each : known) {
      int most = Math.max(1, Math.max(word.length(), each.length()) / 3);
      // A long word is not compared, because the time grows with the product of the lengths.
      if (Math.abs(word.length() - each.length()) <= most && word.length() <= 255) {
        int changes = changes(word.toLowerCase(Locale.ROOT), each.toLowerCase(Locale.ROOT));
        if (changes <= most && changes < fewest) {
          fewest = changes;
          found = each;
        }
      }
    }
    return Optional.ofNullable(found);
  }

  /** Returns the number of letters to add, remove or replace (Levenshtein). */
  private static int changes(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
