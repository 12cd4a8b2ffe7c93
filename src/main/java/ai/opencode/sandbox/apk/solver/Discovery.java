package ai.opencode.sandbox.apk.solver;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the names and builds that may belong to the result, and ranks the names as apk does: a name
 * ranks higher than the names that its packages depend on.
 */
final class Discovery {

  /** Added to ranks of names that the current request does not contain. */
  private static final int NOT_ASKED = Integer.MIN_VALUE;

  /** Added to ranks of names that a package has, as opposed to names that are only provided. */
  private static final int NAME_OF_A_PACKAGE = 1 << 30;

  private final Catalog catalog;
  private final WorkBudget budget;
  private final List<Name> known = new ArrayList<>();
  private int ranked;

  /** The names whose discovery is not complete, the innermost first. */
  private final Deque<Visit> path = new ArrayDeque<>();

  Discovery(Catalog catalog, WorkBudget budget) {
    this.catalog = catalog;
    this.budget = budget;
  }

  /** Returns the names that were found. */
  List<Name> known() {
    return known;
  }

  /**
   * Discovers a name and all names that are reached from it. A loop and not a recursion, because an
   * index can make chains of any length.
   */
  void discover(Name start) {
    enter(start);
    while (!path.isEmpty()) {
      Name next = path.element().next();
      if (next != null) {
        enter(next);
      } else {
        path.remove();
      }
    }
  }

  private void enter(Name name) {
    budget.spend(1);
    if (!name.known) {
      name.known = true;
      known.add(name);
      path.push(new Visit(name));
    }
  }

  private enum Stage {
    DEPENDENCIES,
    ADDITIONS,
    PROVIDED,
    CONDITIONS,
    END
  }

  /** The names that are reached from one name, stage by stage. */
  private final class Visit {

    private final Name name;
    private Stage stage = Stage.DEPENDENCIES;
    private Iterator<Offer> offers;
    private Iterator<Name> names = Collections.emptyIterator();

    Visit(Name name) {
      this.name = name;
      this.offers = name.offers().iterator();
    }

    @Nullable Name next() {
      while (!names.hasNext()) {
        if (offers.hasNext()) {
          names = reached(offers.next().candidate()).iterator();
        } else if (stage == Stage.END) {
          return null;
        } else {
          end();
        }
        budget.spend(1);
      }
      return names.next();
    }

    private List<Name> reached(Candidate candidate) {
      return switch (stage) {
        case DEPENDENCIES -> candidate.known ? List.of() : begin(candidate);
        case PROVIDED -> {
          List<Name> reached = new ArrayList<>(candidate.own().name().additions);
          candidate.provided().forEach(offer -> reached.add(offer.name()));
          budget.spend(reached.size());
          yield reached;
        }
        case CONDITIONS -> names(candidate.conditions());
        case ADDITIONS, END -> List.of();
      };
    }

    private void end() {
      switch (stage) {
        case DEPENDENCIES -> {
          name.offers().forEach(o -> name.conditionsFailed &= o.candidate().conditionsFailed);
          names = name.additions.iterator();
          stage = Stage.ADDITIONS;
        }
        case ADDITIONS -> {
          offers = name.offers().iterator();
          stage = Stage.PROVIDED;
        }
        case PROVIDED -> {
          rank();
          offers = name.offers().iterator();
          stage = Stage.CONDITIONS;
        }
        case CONDITIONS, END -> stage = Stage.END;
      }
    }

    private void rank() {
      boolean isNameOfAPackage =
          name.offers().stream().anyMatch(offer -> offer.candidate().own().name() == name);
      ranked++;
      name.rank =
          ranked + (name.asked ? 0 : NOT_ASKED) + (isNameOfAPackage ? NAME_OF_A_PACKAGE : 0);
    }

    private List<Name> begin(Candidate candidate) {
      candidate.known = true;
      catalog.resolve(candidate);
      candidate.possible =
          candidate.needs().stream().allMatch(need -> need.dependency().hasValidVersion());
      candidate.conditionsFailed = candidate.conditions().isEmpty();
      candidate.tags.set(Catalog.UNTAGGED);
      candidate.fromPreferred =
          candidate.pkg().installedSize() == 0 || candidate.isFrom(candidate.tags);
      candidate.permitted = candidate.fromPreferred || candidate.isKept();
      return names(candidate.needs());
    }

    private List<Name> names(List<Candidate.Need> needs) {
      budget.spend(needs.size());
      return needs.stream().map(Candidate.Need::name).toList();
    }
  }
}
