package ai.opencode.sandbox.definition.file;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.report.PlainText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The mistakes in one file, which are reported together. */
final class Mistakes {

  /** The number of mistakes that are shown, because a hostile file may have a million. */
  static final int MOST = 100;

  private static final int MAX_CHARACTERS = 1000;

  /**
   * A mistake.
   *
   * @param place its position in the file
   * @param sentence the reason, and the remedy as an imperative
   */
  private record Mistake(Place place, String sentence) {}

  private final String file;
  private final Set<Mistake> found = new LinkedHashSet<>();
  private int further;

  /**
   * Creates an empty list.
   *
   * @param file the file's name in messages
   */
  Mistakes(String file) {
    this.file = file;
  }

  void add(Place place, String sentence) {
    if (found.size() >= MOST) {
      further++;
      return;
    }
    String line = PlainText.line(sentence);
    found.add(
        new Mistake(
            place,
            line.length() > MAX_CHARACTERS ? line.substring(0, MAX_CHARACTERS) + "…" : line));
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /** Returns whether a line has a mistake. */
  boolean has(int line) {
    return found.stream().anyMatch(each -> each.place().line() == line);
  }

  /**
   * Returns whether more mistakes than the shown ones exist, so that a search for more has no use.
   */
  boolean isFull() {
    return further > 0;
  }

  /**
   * Throws a failure with all mistakes in the order of the file.
   *
   * @throws UsageException if there is a mistake
   */
  void requireNone() {
    if (found.isEmpty()) {
      return;
    }
    List<String> lines = new ArrayList<>();
    found.stream()
        .sorted(Comparator.comparing(Mistake::place))
        .forEach(each -> lines.add(file + ":" + each.place() + ": " + each.sentence()));
    if (lines.size() == 1) {
      throw new UsageException(lines.get(0));
    }
    String count = further == 0 ? String.valueOf(lines.size()) : "more than " + MOST;
    throw UsageException.of(file + " has " + count + " mistakes. Correct these lines:", lines);
  }
}
