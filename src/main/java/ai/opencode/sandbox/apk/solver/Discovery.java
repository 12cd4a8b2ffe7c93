package ai.opencode.sandbox.apk.solver;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first step of the solver: finds the names and builds of packages that may belong to the
 * result, and ranks the names as apk does. A name ranks higher than the names that its packages
 * depend on.
 */
final class Discovery {

  /** The number that is added to the rank of a name that the current request does not contain. */
  private static final int NOT_ASKED = Integer.MIN_VALUE;

  /** The number that is added to the rank of a name that is a package's own, not only provided. */
  private static final int NAME_OF_A_PACKAGE = 1 << 30;

  private final WorkBudget budget;
  private int ranked;

  /** The names whose discovery is not complete, the innermost first. */
  private final Deque<Visit> path = new ArrayDeque<>();

  Discovery(WorkBudget budget) {
    this.budget = budget;
  }

  /**
   * Discovers a name and all names that are reached from it through dependencies. This is a loop
   * instead of a recursion, because a hostile index can contain chains of any length.
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
    private @Nullable Candidate last;

    Visit(Name name) {
      this.name = name;
      this.offers = name.offers().iterator();
    }

    @Nullable Name next() {
      while (!names.hasNext()) {
        if (stage == Stage.PROVIDED && last != null) {
          last.namesKnown = true;
        }
        if (offers.hasNext()) {
          last = offers.next().candidate();
          names = reached(last).iterator();
        } else if (stage == Stage.END) {
          return null;
        } else {
          last = null;
          end();
        }
        budget.spend(1);
      }
      return names.next();
    }

    private List<Name> reached(Candidate candidate) {
      return switch (stage) {
        case DEPENDENCIES -> candidate.known ? List.of() : begin(candidate);
        case PROVIDED -> candidate.namesKnown ? List.of() : provided(candidate);
        case CONDITIONS -> names(candidate.conditions());
        case ADDITIONS, END -> List.of();
      };
    }

    private List<Name> provided(Candidate candidate) {
      List<Name> reached = new ArrayList<>(candidate.own().name().additions);
      candidate.provided().forEach(offer -> reached.add(offer.name()));
      budget.spend(reached.size());
      return reached;
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
      candidate.possible = hasValidNeeds(candidate);
      candidate.conditionsFailed = candidate.conditions().isEmpty();
      candidate.tags = Catalog.UNTAGGED;
      candidate.fromPreferred =
          candidate.pkg().installedSize() == 0 || candidate.isFrom(candidate.tags);
      candidate.permitted = candidate.fromPreferred || candidate.isKept();
      return names(candidate.needs());
    }

    /** apk does not install a package if one of its dependencies has an invalid version. */
    private static boolean hasValidNeeds(Candidate candidate) {
      for (Candidate.Need need : candidate.needs()) {
        if (!need.dependency().hasValidVersion()) {
          return false;
        }
      }
      return true;
    }

    private List<Name> names(List<Candidate.Need> needs) {
      budget.spend(needs.size());
      List<Name> names = new ArrayList<>(needs.size());
      for (Candidate.Need need : needs) {
        names.add(need.name());
      }
      return names;
    }
  }
}
