package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.Dependency;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The selection of packages, name after name. A name is selected when its turn comes and is never
 * selected again, so the order of the turns decides the result as much as the preference does.
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
   * @param world the dependencies to satisfy, in apk's order
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
   * @param requirer the build that has the dependency; null for the request
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

  /** Requires a name that all options of another name depend on, whatever the versions. */
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

  /** Hands the tags and the renewal of a build down to one that it needs. */
  static void inherit(Candidate candidate, Candidate requirer) {
    candidate.renewal = candidate.renewal.or(requirer.inherited);
    candidate.inherited = candidate.inherited.or(requirer.inherited);
    candidate.tags |= requirer.tags;
    candidate.permitted |= candidate.isFrom(candidate.tags);
  }

  /** Makes a build impossible, and reviews the names for which this matters. */
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

  /** Settles one of the names of a build that was selected. */
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
    if (owner != null && !name.required() && owner.triggered) {
      for (Candidate.Need condition : owner.conditions()) {
        if (!condition.name().settled) {
          require(condition, owner);
        }
      }
    }
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
