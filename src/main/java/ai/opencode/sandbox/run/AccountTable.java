package ai.opencode.sandbox.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The lines of {@code /etc/passwd} or {@code /etc/group} (passwd(5), group(5)). Colons separate the
 * fields of a line; the third field is the number (id) of the user or group.
 *
 * @param lines the fields of each line
 */
record AccountTable(List<List<String>> lines) {

  private static final int NUMBER = 2;

  AccountTable {
    lines = List.copyOf(lines);
  }

  static AccountTable of(String text) {
    return new AccountTable(text.lines().map(each -> List.of(each.split(":", -1))).toList());
  }

  /**
   * Replaces the numbers of an account. The line with the old number does not remain, so that
   * programs find the same account by its name and by its new number.
   *
   * @param number the old number of the account
   * @param numbers the values of the third field and, if there are more, of the following ones
   * @return the new text of the file; empty if no account has the old number, or one has the new
   *     number already
   */
  Optional<String> with(long number, List<Long> numbers) {
    OptionalInt line = indexOf(number);
    if (line.isEmpty() || indexOf(numbers.get(0)).isPresent()) {
      return Optional.empty();
    }
    List<String> fields = new ArrayList<>(lines.get(line.getAsInt()));
    for (int i = 0; i < numbers.size(); i++) {
      fields.set(NUMBER + i, Long.toString(numbers.get(i)));
    }
    List<List<String>> changed = new ArrayList<>(lines);
    changed.set(line.getAsInt(), fields);
    StringBuilder text = new StringBuilder();
    changed.forEach(each -> text.append(String.join(":", each)).append('\n'));
    return Optional.of(text.toString());
  }

  private OptionalInt indexOf(long number) {
    String text = Long.toString(number);
    return IntStream.range(0, lines.size())
        .filter(i -> lines.get(i).size() > NUMBER + 1 && lines.get(i).get(NUMBER).equals(text))
        .findFirst();
  }
}
