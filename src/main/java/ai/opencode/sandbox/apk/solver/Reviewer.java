package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.Dependency;
import java.util.ArrayList;
import java.util.List;

/**
 * The review of names during the selection of packages. A review finds out which packages
 * (candidates) can still be selected for a name, and applies everything that is true for all of
 * them: a dependency that all of them have is required before one of them is selected. {@link
 * Selection} explains the words of the solver.
 */
final class Reviewer {

  private final Selection selection;
  private final Turns turns;
  private final WorkBudget budget;

  Reviewer(Selection selection, Turns turns, WorkBudget budget) {
    this.selection = selection;
    this.turns = turns;
    this.budget = budget;
  }

  void review(Name name) {
    boolean dependencies = name.dependenciesChanged;
    boolean conditions = name.conditionsChanged;
    name.forgetChanges();
    List<Offer> options = new ArrayList<>(1);
    boolean wasSelectable = name.selectable;
    boolean selectable = false;
    boolean triggered = false;
    boolean conditionsFailed = true;
    boolean permitted = true;
    budget.spend(1 + name.offers().size());
    for (Offer offer : name.offers()) {
      Candidate candidate = offer.candidate();
      candidate.counted = false;
      if (dependencies && candidate.possible && !canHaveItsNeeds(candidate)) {
        selection.exclude(candidate);
      }
      if (!candidate.possible) {
        continue;
      }
      if (conditions) {
        reviewConditions(candidate);
      }
      triggered |= candidate.triggered;
      conditionsFailed &= candidate.conditionsFailed;
      selectable |= candidate.triggered;
      if (name.required()) {
        candidate.counted = true;
        permitted &= candidate.permitted;
        count(offer, options.size());
        options.add(offer);
        selectable |= offer.isSelectable();
      }
    }
    name.severalOptions = options.size() > 1 || !permitted;
    name.triggered = triggered;
    name.conditionsFailed = conditionsFailed;
    name.selectable = selectable;
    if (!options.isEmpty()) {
      name.offers().forEach(o -> o.candidate().passedOn = o.candidate().counted);
      passOn(name, options);
    }
    name.dependentsSettled = areDependentsSettled(name);
    turns.select(name, selectable != wasSelectable);
  }

  private boolean areDependentsSettled(Name name) {
    for (Candidate dependent : name.dependents) {
      budget.spend(1);
      if (dependent.known
          && (isOpen(dependent.own().name())
              || dependent.provided().stream().anyMatch(offer -> isOpen(offer.name())))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isOpen(Name name) {
    return name.known && !name.settled;
  }

  private boolean canHaveItsNeeds(Candidate candidate) {
    for (Candidate.Need need : candidate.needs()) {
      if (!isSatisfiable(need, candidate)) {
        return false;
      }
    }
    return true;
  }

  private boolean isSatisfiable(Candidate.Need need, Candidate requirer) {
    Name name = need.name();
    Dependency dependency = need.dependency();
    budget.spend(1);
    if (name.settled) {
      return name.satisfies(dependency, requirer);
    }
    if (!name.required() && dependency.conflict()) {
      return true;
    }
    for (Offer offer : name.offers()) {
      budget.spend(1);
      if (offer.candidate().possible && offer.satisfies(dependency, requirer)) {
        return true;
      }
    }
    return false;
  }

  private void reviewConditions(Candidate candidate) {
    if (!candidate.triggered && !candidate.conditionsFailed) {
      candidate.triggered = areMet(candidate);
    }
    if (candidate.triggered) {
      for (Candidate.Need condition : candidate.conditions()) {
        Candidate owner = condition.name().owner();
        if (owner == null) {
          candidate.fromPreferred = false;
        } else {
          Selection.inherit(candidate, owner);
        }
      }
    }
  }

  private boolean areMet(Candidate candidate) {
    for (Candidate.Need condition : candidate.conditions()) {
      Name name = condition.name();
      budget.spend(1);
      if (!name.settled) {
        if (condition.dependency().conflict()) {
          name.awaited = true;
          turns.select(name, false);
        }
        return false;
      }
      if (!name.satisfies(condition.dependency(), candidate)) {
        candidate.conditionsFailed = true;
        return false;
      }
    }
    return true;
  }

  /**
   * Marks the names that an option needs or provides, if all options before it do so too.
   *
   * @param before the number of options before this one
   */
  private void count(Offer offer, int before) {
    Candidate candidate = offer.candidate();
    budget.spend(1 + candidate.needs().size() + candidate.provided().size());
    for (Candidate.Need need : candidate.needs()) {
      if (!need.dependency().conflict() && need.name().commonNeeds == before) {
        need.name().commonNeeds = before + 1;
      }
    }
    countProvided(candidate.own().name(), offer, before);
    for (Offer provided : candidate.provided()) {
      countProvided(provided.name(), provided, before);
    }
  }

  private static void countProvided(Name name, Offer offer, int before) {
    if (name.commonProvides == before) {
      name.commonProvides = before + 1;
      name.commonWithoutVersion |= !offer.hasVersion();
    }
  }

  /** Applies the needs and provided names that all options of a name have in common. */
  private void passOn(Name name, List<Offer> options) {
    Candidate first = options.get(0).candidate();
    int count = options.size();
    for (Candidate.Need need : first.needs()) {
      Name needed = need.name();
      boolean common = needed.commonNeeds == count;
      needed.commonNeeds = 0;
      if (common && count == 1) {
        selection.require(need, first);
      } else if (common && !needed.required()) {
        selection.requireName(needed, first);
      }
    }
    List<Name> provided = new ArrayList<>();
    provided.add(first.own().name());
    first.provided().forEach(offer -> provided.add(offer.name()));
    for (Name each : provided) {
      boolean common = each.commonProvides == count;
      each.commonProvides = 0;
      if (common && each != name) {
        excludeOthers(each, name);
      }
    }
    provided.forEach(each -> each.commonWithoutVersion = false);
  }

  /** Excludes packages that cannot be selected together with any option of a name. */
  private void excludeOthers(Name provided, Name name) {
    boolean shared = provided.commonWithoutVersion;
    for (Offer other : provided.offers()) {
      Candidate candidate = other.candidate();
      budget.spend(1 + candidate.provided().size());
      boolean goesTogether =
          candidate.own().name() == name
              || (shared && !other.hasVersion())
              || candidate.provided().stream()
                  .anyMatch(each -> each.name() == name || (shared && !each.hasVersion()));
      if (candidate.possible && !goesTogether) {
        selection.exclude(candidate);
      }
    }
  }
}
