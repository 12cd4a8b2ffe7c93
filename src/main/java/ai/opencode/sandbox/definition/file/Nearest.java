package ai.opencode.sandbox.definition.file;

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
        int shorter = Math.min(word.length(), each.length());
        if (changes <= most && changes < shorter && changes < fewest) {
          fewest = changes;
          found = each;
        }
      }
    }
    return Optional.ofNullable(found);
  }

  /** Returns the number of letters to add, remove, replace or swap with the next one. */
  private static int changes(String a, String b) {
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    for (int j = 0; j < last.length; j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(last[j], row[j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      beforeLast = last;
      last = row;
    }
    return last[b.length()];
  }
}
