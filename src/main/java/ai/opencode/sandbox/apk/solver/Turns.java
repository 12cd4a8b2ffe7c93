package ai.opencode.sandbox.apk.solver;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The order in which names are reviewed and selected. */
final class Turns {

  /** A line of names that wait for their selection; an earlier line comes before a later one. */
  enum Line {
    /** Names with one option that no later selection can change. */
    DECIDED,
    /** Names with a package that may be selected without being required by its own name. */
    SELECTABLE,
    OTHERS
  }

  private static final Comparator<Name> RANK =
      Comparator.<Name>comparingInt(name -> name.rank).thenComparingInt(Name::number).reversed();

  private final Set<Name> reviews = new LinkedHashSet<>();
  private final Set<Name> decided = new LinkedHashSet<>();
  private final Set<Name> selectable = new TreeSet<>(RANK);
  private final Set<Name> others = new TreeSet<>(RANK);
  private final WorkBudget budget;

  Turns(WorkBudget budget) {
    this.budget = budget;
  }

  /** Lets a name be reviewed, unless nothing depends on the result. */
  void review(Name name) {
    budget.spend(1);
    if (isWorthReviewing(name)) {
      reviews.add(name);
    }
  }

  static boolean isWorthReviewing(Name name) {
    return !name.settled && (name.required() || name.conditionsChanged);
  }

  /** Takes the name that has waited longest for its review; null if none waits. */
  @Nullable Name nextReview() {
    return first(reviews);
  }

  /**
   * Lets a name be selected.
   *
   * @param anew whether a name that waits already moves to the line that it belongs to now
   */
  void select(Name name, boolean anew) {
    budget.spend(1);
    if (name.settled || name.line == Line.DECIDED) {
      return;
    }
    boolean isDecided =
        name.required() && name.dependentsSettled && name.selectable && !name.severalOptions;
    if (name.line == null) {
      if (!name.required() && !name.triggered && !name.awaited) {
        return;
      }
    } else if (!isDecided && !anew) {
      return;
    }
    leave(name);
    name.line = isDecided ? Line.DECIDED : name.selectable ? Line.SELECTABLE : Line.OTHERS;
    line(name.line).add(name);
  }

  /** Takes the name to select next; null if none waits. */
  @Nullable Name nextSelection() {
    for (Line line : Line.values()) {
      Name next = first(line(line));
      if (next != null) {
        next.line = null;
        return next;
      }
    }
    return null;
  }

  /** Takes a settled name out of all lines. */
  void remove(Name name) {
    leave(name);
    reviews.remove(name);
  }

  private void leave(Name name) {
    if (name.line != null) {
      line(name.line).remove(name);
      name.line = null;
    }
  }

  private Set<Name> line(Line line) {
    return switch (line) {
      case DECIDED -> decided;
      case SELECTABLE -> selectable;
      case OTHERS -> others;
    };
  }

  private static @Nullable Name first(Set<Name> line) {
    if (line.isEmpty()) {
      return null;
    }
    Name first = line.iterator().next();
    line.remove(first);
    return first;
  }
}
