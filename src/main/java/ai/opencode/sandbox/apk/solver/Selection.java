package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.Dependency;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * apk's selection of packages, name after name. For a name, the best of the packages that have or
 * provide it is selected, and the name is then settled: it is never selected again. The order in
 * which names are selected therefore decides the result as much as the preference among packages.
 *
 * <p>The classes of the solver use these words:
 *
 * <ul>
 *   <li>candidate: a build of a package that can be selected
 *   <li>offer: a candidate under one of its names, its own or one that it provides
 *   <li>need: a dependency of a candidate, with the name that the dependency is on
 *   <li>addition: a package that is selected without being required, because the packages in its
 *       {@code install_if}, its conditions, are selected; a candidate whose conditions are met is
 *       triggered
 *   <li>tag: a word that restricts a dependency to repositories with the same word
 *   <li>renewal: whether a newer version replaces an installed one
 *   <li>turn: the moment at which a name is selected; review: the repeated check which candidates
 *       of a name are still possible
 * </ul>
 */
final class Selection {

  private final Catalog catalog;
  private final WorkBudget budget;
  private final Turns turns;
  private final Reviewer reviewer;

  Selection(Catalog catalog, WorkBudget budget) {
    this.catalog = catalog;
    this.budget = budget;
    this.turns = new Turns(budget);
    this.reviewer = new Reviewer(this, turns, budget);
  }

  /**
   * Selects all packages of a request.
   *
   * @param world the dependencies to satisfy, in the order in which apk treats them
   * @throws Unsatisfied if no package can be selected for a name
   */
  void run(SolverRequest request, List<Dependency> world) {
    request.asked().forEach(name -> catalog.name(name).asked = true);
    Discovery discovery = new Discovery(budget);
    world.forEach(dependency -> discovery.discover(catalog.name(dependency.name())));
    for (String name : request.upgraded()) {
      for (Offer offer : catalog.name(name).offers()) {
        offer.candidate().renewal = request.renewal().ofNamed();
        offer.candidate().inherited = request.renewal().ofNeeded();
      }
    }
    for (Dependency dependency : world) {
      require(new Candidate.Need(dependency, catalog.name(dependency.name())), null);
    }
    while (true) {
      for (Name name = turns.nextReview(); name != null; name = turns.nextReview()) {
        reviewer.review(name);
      }
      Name name = turns.nextSelection();
      if (name == null) {
        return;
      }
      select(name);
    }
  }

  /**
   * Applies a dependency to the packages that have or provide its name.
   *
   * @param need the dependency
   * @param requirer the candidate that has the dependency; null if the request itself has it
   */
  void require(Candidate.Need need, @Nullable Candidate requirer) {
    Name name = need.name();
    Dependency dependency = need.dependency();
    budget.spend(1 + name.offers().size());
    name.addDemand(need, requirer);
    if (!dependency.conflict()) {
      name.requirers++;
      if (name.requirers == 1) {
        requirersChanged(name);
      }
    }
    for (Offer offer : name.offers()) {
      Candidate candidate = offer.candidate();
      boolean satisfied = offer.satisfies(dependency, requirer);
      candidate.broken += satisfied ? 0 : 1;
      if (candidate.possible && candidate.broken > 0) {
        exclude(candidate);
      }
      if (!satisfied) {
        continue;
      }
      if (requirer == null) {
        inherit(candidate, dependency.tag());
      } else {
        inherit(candidate, requirer);
      }
    }
  }

  /**
   * Requires a name because all packages that are still possible for another name depend on it,
   * each perhaps with another version.
   */
  void requireName(Name name, Candidate requirer) {
    name.requirers++;
    requirersChanged(name);
    budget.spend(name.offers().size());
    name.offers().forEach(offer -> inherit(offer.candidate(), requirer));
  }

  private void requirersChanged(Name name) {
    turns.select(name, false);
    reviewAdditions(name);
    turns.review(name);
  }

  private void inherit(Candidate candidate, @Nullable String tag) {
    long wanted = catalog.tag(tag);
    candidate.tags |= wanted;
    candidate.fromPreferred = candidate.isFrom(wanted);
    candidate.permitted |= candidate.isFrom(candidate.tags);
  }

  /** Applies the tags and the renewal of a candidate to a candidate that it needs. */
  static void inherit(Candidate candidate, Candidate requirer) {
    candidate.renewal = candidate.renewal.or(requirer.inherited);
    candidate.inherited = candidate.inherited.or(requirer.inherited);
    candidate.tags |= requirer.tags;
    candidate.permitted |= candidate.isFrom(candidate.tags);
  }

  /** Makes a candidate impossible, and reviews the names of packages that depend on it. */
  void exclude(Candidate candidate) {
    candidate.possible = false;
    reviewDependents(candidate.own().name());
    candidate.provided().forEach(offer -> reviewDependents(offer.name()));
    reviewAdditions(candidate);
  }

  private void reviewDependents(Name name) {
    List<Name> waiting = new ArrayList<>();
    for (Candidate dependent : name.dependents) {
      budget.spend(1);
      if (dependent.known) {
        dependenciesChanged(dependent.own().name(), waiting);
        budget.spend(dependent.provided().size());
        dependent.provided().forEach(offer -> dependenciesChanged(offer.name(), waiting));
      }
    }
    waiting.sort(NameTable.ORDER);
    waiting.forEach(turns::review);
  }

  private static void dependenciesChanged(Name name, List<Name> waiting) {
    if (name.known) {
      name.dependenciesChanged = true;
      if (Turns.isWorthReviewing(name)) {
        waiting.add(name);
      }
    }
  }

  private void reviewAdditions(Candidate candidate) {
    reviewAdditions(candidate.own().name());
    candidate.provided().forEach(offer -> reviewAdditions(offer.name()));
  }

  private void reviewAdditions(Name name) {
    budget.spend(1 + name.additions.size());
    for (Name addition : name.additions) {
      if (addition.known && !addition.conditionsFailed) {
        addition.conditionsChanged = true;
        turns.review(addition);
      }
    }
  }

  private void select(Name name) {
    Offer best = name.required() || name.triggered ? best(name) : null;
    if (best == null) {
      settle(name, null);
      if (name.required()) {
        throw new Unsatisfied(name);
      }
      return;
    }
    Candidate candidate = best.candidate();
    if (!candidate.possible || !candidate.permitted) {
      throw new Unsatisfied(name);
    }
    settleWith(candidate.own(), name);
    candidate.provided().forEach(offer -> settleWith(offer, name));
    candidate.needs().forEach(need -> require(need, candidate));
  }

  private @Nullable Offer best(Name name) {
    budget.spend(name.offers().size());
    Offer best = null;
    for (Offer offer : name.offers()) {
      Candidate candidate = offer.candidate();
      boolean isUnwantedAddition =
          !name.required() && !(candidate.triggered && candidate.permitted && candidate.possible);
      if (!isUnwantedAddition
          && offer.isSelectable()
          && (best == null || Preference.compare(offer, best) > 0)) {
        best = offer;
      }
    }
    return best;
  }

  /** Settles one of the names of a candidate that was selected. */
  private void settleWith(Offer offer, Name selected) {
    Name name = offer.name();
    if (!name.settled) {
      settle(name, offer);
    } else if (offer.hasVersion() || (name.chosen != null && name.chosen.hasVersion())) {
      throw new Unsatisfied(selected);
    }
  }

  private void settle(Name name, @Nullable Offer chosen) {
    name.settled = true;
    name.chosen = chosen;
    turns.remove(name);
    Candidate owner = name.owner();
    // An addition is in the result only with its conditions, so those still open are required now.
    if (owner != null && !name.required() && owner.triggered) {
      for (Candidate.Need condition : owner.conditions()) {
        if (!condition.name().settled) {
          require(condition, owner);
        }
      }
    }
    // Several selected packages can share a name only if all of them provide it without a version.
    boolean isVersioned = chosen != null && chosen.hasVersion();
    for (Offer other : name.offers()) {
      if (other.candidate() != owner && (isVersioned || other.hasVersion())) {
        exclude(other.candidate());
      }
    }
    reviewDependents(name);
    if (owner == null) {
      reviewAdditions(name);
    } else {
      reviewAdditions(owner);
    }
  }
}
