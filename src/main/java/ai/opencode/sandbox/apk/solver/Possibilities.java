package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Constraint;
import ai.opencode.sandbox.apk.Dependency;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The answers to whether candidates may still be chosen. An answer is kept until a name changes
 * that it was found by; candidates are found by name, and the ones that need a name are remembered
 * when they are looked at.
 */
final class Possibilities {

  /** How many dependencies deep a candidate is looked into before it is chosen. */
  static final int LOOK_AHEAD = 3;

  /** In place of the number of constraints that accept a candidate. */
  private static final int REFUSED = -1;

  /** What is known of a candidate; null is not known (any more). */
  private static final class Standing {
    private final Candidate candidate;
    private @Nullable Boolean alone;

    /** By name, how many of the constraints on it were looked at and accept this. */
    private final Map<String, Integer> accepted = new HashMap<>(2);

    private final @Nullable Boolean[] needs = new Boolean[LOOK_AHEAD + 1];

    Standing(Candidate candidate) {
      this.candidate = candidate;
    }

    /** Forgets the answers that look at least that far ahead; says whether there were any. */
    boolean forget(int lookAhead) {
      boolean any = false;
      for (int i = lookAhead; i <= LOOK_AHEAD; i++) {
        any |= needs[i] != null;
        needs[i] = null;
      }
      return any;
    }
  }

  private record Change(String name, int lookAhead) {}

  private final Demands demands;
  private final WorkBudget budget;
  private final Consumer<String> forgetState;
  private final Map<Candidate, Standing> standings = new HashMap<>();

  /** The candidates whose needs were looked at under a name. */
  private final Map<String, Set<Standing>> lookedAt = new HashMap<>();

  /**
   * @param forgetState told of each name for which the answers about candidates may have changed
   */
  Possibilities(Demands demands, WorkBudget budget, Consumer<String> forgetState) {
    this.demands = demands;
    this.budget = budget;
    this.forgetState = forgetState;
  }

  /** Whether a candidate may answer to a name, as far as one looks ahead. */
  boolean isPossible(Candidate candidate, String name, int lookAhead) {
    return demands.isAllowed(candidate, name) && isPossibleUntagged(candidate, name, lookAhead);
  }

  /** The same, wherever the candidate comes from. */
  private boolean isPossibleUntagged(Candidate candidate, String name, int lookAhead) {
    budget.spend(1);
    return isAccepted(candidate, name)
        && isPossibleAlone(candidate)
        && (lookAhead == 0 || hasNeeds(candidate, lookAhead));
  }

  private boolean isAccepted(Candidate candidate, String name) {
    List<Constraint> constraints = demands.differentConstraints(name);
    Map<String, Integer> accepted = standing(candidate).accepted;
    int known = accepted.getOrDefault(name, 0);
    if (known == REFUSED || known == constraints.size()) {
      return known != REFUSED;
    }
    ApkVersion version = candidate.versionAs(name);
    // Constraints are only ever added, so that each is looked at once.
    for (Constraint constraint : constraints.subList(known, constraints.size())) {
      budget.spend(1);
      Dependency dependency = constraint.dependency();
      if (!dependency.conflict() && !dependency.isByChecksum() && !dependency.accepts(version)) {
        accepted.put(name, REFUSED);
        return false;
      }
    }
    accepted.put(name, constraints.size());
    return true;
  }

  private boolean isPossibleAlone(Candidate candidate) {
    Standing standing = standing(candidate);
    Boolean known = standing.alone;
    if (known == null) {
      known = true;
      for (String name : candidate.names()) {
        if (!mayOwn(candidate, name)) {
          known = false;
          break;
        }
      }
      standing.alone = known;
    }
    return known;
  }

  private boolean mayOwn(Candidate candidate, String name) {
    budget.spend(1);
    Candidate owner = demands.owner(name);
    if (owner != null
        && owner != candidate
        && (owner.versionAs(name) != null || candidate.versionAs(name) != null)) {
      return false;
    }
    for (Constraint constraint : demands.differentConstraints(name)) {
      budget.spend(1);
      if (!Demands.satisfies(candidate, constraint)) {
        return false;
      }
    }
    return true;
  }

  private boolean hasNeeds(Candidate candidate, int lookAhead) {
    Standing standing = standing(candidate);
    Boolean known = standing.needs[lookAhead];
    if (known == null) {
      known = true;
      for (Dependency dependency : candidate.pkg().depends()) {
        budget.spend(1);
        lookedAt.computeIfAbsent(dependency.name(), n -> new LinkedHashSet<>()).add(standing);
        if (!isMeetable(candidate, dependency, lookAhead)) {
          known = false;
          break;
        }
      }
      standing.needs[lookAhead] = known;
    }
    return known;
  }

  private boolean isMeetable(Candidate candidate, Dependency dependency, int lookAhead) {
    Candidate owner = demands.owner(dependency.name());
    if (dependency.conflict()) {
      Constraint constraint = new Constraint(dependency, candidate.pkg());
      return owner == null
          ? !demands.isRequired(dependency.name()) || !forbidsAll(constraint)
          : owner == candidate || Demands.satisfies(owner, constraint);
    }
    if (owner != null) {
      return dependency.accepts(owner.versionAs(dependency.name()));
    }
    for (Candidate option : demands.named(dependency.name())) {
      if (dependency.accepts(option.versionAs(dependency.name()))
          && mayComeAlong(option, dependency.name())
          && isPossibleUntagged(option, dependency.name(), lookAhead - 1)
          && !clash(option, candidate)) {
        return true;
      }
    }
    return false;
  }

  /**
   * As apk: once a request names a tag, what is needed is looked for in the tagged repositories
   * too, because a package hands its tags down only when it is chosen.
   */
  private boolean mayComeAlong(Candidate option, String name) {
    return demands.namesTags() || demands.isAllowed(option, name);
  }

  /** Whether both answer to a name that only one package may have. */
  private boolean clash(Candidate one, Candidate other) {
    budget.spend(Math.min(one.names().size(), other.names().size()));
    return one.clashesWith(other);
  }

  /** Whether a conflict leaves no candidate for a name that is wanted. */
  private boolean forbidsAll(Constraint conflict) {
    List<Candidate> candidates = demands.named(conflict.dependency().name());
    budget.spend(candidates.size());
    return candidates.stream().noneMatch(candidate -> Demands.satisfies(candidate, conflict));
  }

  private Standing standing(Candidate candidate) {
    return standings.computeIfAbsent(candidate, Standing::new);
  }

  /** What is excluded once stays so: constraints and owners are never taken back. */
  void exclude(Candidate candidate) {
    Standing standing = standings.get(candidate);
    if (standing == null || !Boolean.TRUE.equals(standing.alone)) {
      return;
    }
    standing.alone = false;
    forgetStates(candidate);
    for (String name : candidate.names()) {
      if (!demands.isOwned(name)) {
        forgetNeeds(name);
      }
    }
  }

  /** Forgets the answers about candidates that need a name, and about those that need these. */
  void forgetNeeds(String changed) {
    Deque<Change> changes = new ArrayDeque<>();
    changes.add(new Change(changed, 1));
    for (Change change = changes.poll(); change != null; change = changes.poll()) {
      Set<Standing> needing = lookedAt.getOrDefault(change.name, Set.of());
      budget.spend(1 + needing.size() / 8);
      for (Standing standing : needing) {
        if (!standing.forget(change.lookAhead)) {
          continue;
        }
        forgetStates(standing.candidate);
        if (change.lookAhead < LOOK_AHEAD) {
          budget.spend(standing.candidate.names().size() / 8);
          for (String name : standing.candidate.names()) {
            if (!demands.isOwned(name) && lookedAt.containsKey(name)) {
              changes.add(new Change(name, change.lookAhead + 1));
            }
          }
        }
      }
    }
  }

  void forgetStates(Candidate candidate) {
    budget.spend(1 + candidate.names().size() / 8);
    candidate.names().forEach(forgetState);
  }

  /** How many candidates there are answers about. */
  int size() {
    return standings.size();
  }

  void forgetAll() {
    standings.clear();
    lookedAt.clear();
  }
}
