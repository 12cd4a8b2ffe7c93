package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.Constraint;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.Provide;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for and chosen so far, and which candidates may still be chosen.
 *
 * <p>Whether a candidate may be chosen is asked again and again, and a choice changes the answer
 * for few of them; {@link Possibilities} keeps the others.
 */
final class Prospects {

  /** The state of a name that is wanted and that no chosen package answers to. */
  enum State {
    UNKNOWN,
    /** No candidate may be chosen for it now. */
    STUCK,
    /** One candidate only is possible, counting also those that must be wanted by name first. */
    FORCED,
    SEVERAL
  }

  /** A wanted name. */
  static final class Open {

    private final String name;
    private final boolean providedOnly;
    private State state = State.UNKNOWN;

    private Open(String name, boolean providedOnly) {
      this.name = name;
      this.providedOnly = providedOnly;
    }

    String name() {
      return name;
    }

    /**
     * Whether no package has that name itself; such a choice waits, because one of the providers
     * may turn out to be wanted under its own name.
     */
    boolean providedOnly() {
      return providedOnly;
    }
  }

  private final WorkBudget budget;
  private final Demands demands;
  private final Possibilities possibilities;
  private final Map<String, Open> open = new LinkedHashMap<>();
  private final Map<Candidate, Constraint> chosen = new LinkedHashMap<>();

  Prospects(Map<String, List<Candidate>> byName, WorkBudget budget) {
    this.budget = budget;
    this.demands = new Demands(byName, budget);
    this.possibilities = new Possibilities(demands, budget, this::forgetState);
  }

  List<Candidate> named(String name) {
    return demands.named(name);
  }

  /** The constraints on a name, in the order in which they came. */
  List<Constraint> constraints(String name) {
    return demands.constraints(name);
  }

  /** What was chosen, with the constraint that asked for it first. */
  Map<Candidate, Constraint> chosen() {
    return chosen;
  }

  /** The chosen package that answers to a name. */
  @Nullable Candidate owner(String name) {
    return demands.owner(name);
  }

  boolean isRequired(String name) {
    return demands.isRequired(name);
  }

  /** The names that are wanted and not answered to, in the order in which they were asked for. */
  Collection<Open> open() {
    budget.spend(1 + open.size() / 8);
    return open.values();
  }

  State state(Open name) {
    if (name.state == State.UNKNOWN) {
      name.state = find(name.name);
    }
    return name.state;
  }

  private State find(String name) {
    int possible = 0;
    boolean any = false;
    for (Candidate candidate : named(name)) {
      if (isPossible(candidate, name)) {
        possible++;
        any |= isSelectable(candidate, name);
      }
    }
    return !any ? State.STUCK : possible == 1 ? State.FORCED : State.SEVERAL;
  }

  /** The candidates that may be chosen for a name now. */
  List<Candidate> candidates(String name) {
    List<Candidate> candidates = new ArrayList<>(1);
    for (Candidate candidate : named(name)) {
      if (isPossible(candidate, name) && isSelectable(candidate, name)) {
        candidates.add(candidate);
      }
    }
    return candidates;
  }

  /**
   * A name without version is only followed to a package that says it may be, or that is wanted
   * anyway.
   */
  private boolean isSelectable(Candidate candidate, String name) {
    return candidate.versionAs(name) != null
        || candidate.pkg().providerPriority() > 0
        || demands.isRequired(candidate.pkg().name());
  }

  /** Adds what is asked of a name. */
  void require(Constraint constraint) {
    Dependency dependency = constraint.dependency();
    String name = dependency.name();
    budget.spend(1);
    boolean different = demands.add(constraint);
    if (!dependency.conflict() && demands.addRequired(name)) {
      if (!demands.isOwned(name)) {
        open.put(name, new Open(name, isProvidedOnly(name)));
      }
      possibilities.forgetNeeds(name);
      for (Candidate candidate : named(name)) {
        if (candidate.pkg().name().equals(name)) {
          possibilities.forgetStates(candidate);
        }
      }
    }
    if (different) {
      boolean fewer = false;
      for (Candidate candidate : named(name)) {
        budget.spend(1);
        if (!Demands.satisfies(candidate, constraint)) {
          possibilities.exclude(candidate);
        }
        fewer |=
            !dependency.conflict()
                && !dependency.isByChecksum()
                && !dependency.accepts(candidate.versionAs(name));
      }
      if (fewer && !demands.isOwned(name)) {
        possibilities.forgetNeeds(name);
        forgetState(name);
      }
    }
  }

  private boolean isProvidedOnly(String name) {
    return named(name).stream().noneMatch(candidate -> candidate.pkg().name().equals(name));
  }

  /** Lets a name come from repositories with these tags too. */
  void allow(String name, Set<String> tags) {
    if (demands.allow(name, tags)) {
      forgetAll();
    }
  }

  /** Makes a candidate the package that answers to its names. */
  void choose(Candidate candidate, Constraint reason) {
    chosen.put(candidate, reason);
    String ownName = candidate.pkg().name();
    Candidate before = demands.own(candidate);
    if (before != null && before != candidate) {
      forgetAll();
    }
    owned(candidate, ownName);
    for (Provide provide : candidate.pkg().provides()) {
      if (demands.ownIfFree(provide.name(), candidate)) {
        owned(candidate, provide.name());
      }
    }
  }

  private void owned(Candidate owner, String name) {
    open.remove(name);
    possibilities.forgetNeeds(name);
    for (Candidate other : named(name)) {
      budget.spend(1);
      if (other != owner && (owner.versionAs(name) != null || other.versionAs(name) != null)) {
        possibilities.exclude(other);
      }
    }
  }

  private void forgetState(String name) {
    Open wanted = open.get(name);
    if (wanted != null) {
      wanted.state = State.UNKNOWN;
    }
  }

  private void forgetAll() {
    budget.spend(1L + possibilities.size() + open.size());
    possibilities.forgetAll();
    open.values().forEach(wanted -> wanted.state = State.UNKNOWN);
  }

  /** Whether a candidate may answer to a name, as far as one looks ahead. */
  boolean isPossible(Candidate candidate, String name) {
    return possibilities.isPossible(candidate, name, Possibilities.LOOK_AHEAD);
  }

  /** The same, whatever becomes of what it needs. */
  boolean isPossibleByItself(Candidate candidate, String name) {
    return possibilities.isPossible(candidate, name, 0);
  }

  /** The tags that a candidate may come from under any of its names. */
  Set<String> allowedTags(Candidate candidate) {
    return demands.allowedTags(candidate);
  }
}
