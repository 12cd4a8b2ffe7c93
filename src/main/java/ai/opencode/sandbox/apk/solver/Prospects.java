package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Constraint;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.Provide;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for and chosen so far, and which candidates may still be chosen.
 *
 * <p>Whether a candidate may be chosen is asked again and again, and a choice changes the answer
 * for few of them. So an answer is kept until a name changes that it was found by; candidates are
 * found by name, and the ones that need a name are remembered when they are looked at.
 */
final class Prospects {

  /** How many dependencies deep a candidate is looked into before it is chosen. */
  static final int LOOK_AHEAD = 3;

  /** In place of the number of constraints that accept a candidate. */
  private static final int REFUSED = -1;

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

  /** The constraints on a name: all of them, and those that say something new. */
  private static final class Asked {
    private final List<Constraint> all = new ArrayList<>(1);
    private final List<Constraint> different = new ArrayList<>(1);
    private final Set<Object> seen = new HashSet<>();

    boolean add(Constraint constraint) {
      all.add(constraint);
      // A package may conflict with a name that it provides itself, so its conflicts are its own.
      Object meaning = constraint.dependency().conflict() ? constraint : constraint.dependency();
      return seen.add(meaning) && different.add(constraint);
    }
  }

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

  private final Map<String, List<Candidate>> byName;
  private final WorkBudget budget;
  private final Map<String, Asked> asked = new HashMap<>();
  private final Set<String> required = new HashSet<>();
  private final Map<String, Open> open = new LinkedHashMap<>();
  private final Map<String, Set<String>> allowedTags = new HashMap<>();
  private final Map<String, Candidate> owners = new HashMap<>();
  private final Map<Candidate, Constraint> chosen = new LinkedHashMap<>();
  private final Map<Candidate, Standing> standings = new HashMap<>();

  /** Whose needs were looked at under a name. */
  private final Map<String, Set<Standing>> lookedAt = new HashMap<>();

  Prospects(Map<String, List<Candidate>> byName, WorkBudget budget) {
    this.byName = byName;
    this.budget = budget;
  }

  List<Candidate> named(String name) {
    return byName.getOrDefault(name, List.of());
  }

  /** The constraints on a name, in the order in which they came. */
  List<Constraint> constraints(String name) {
    Asked known = asked.get(name);
    return known == null ? List.of() : known.all;
  }

  private List<Constraint> differentConstraints(String name) {
    Asked known = asked.get(name);
    return known == null ? List.of() : known.different;
  }

  /** What was chosen, with the constraint that asked for it first. */
  Map<Candidate, Constraint> chosen() {
    return chosen;
  }

  /** The chosen package that answers to a name. */
  @Nullable Candidate owner(String name) {
    return owners.get(name);
  }

  boolean isRequired(String name) {
    return required.contains(name);
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
      if (isPossible(candidate, name, LOOK_AHEAD)) {
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
      if (isPossible(candidate, name, LOOK_AHEAD) && isSelectable(candidate, name)) {
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
        || required.contains(candidate.pkg().name());
  }

  /** Adds what is asked of a name. */
  void require(Constraint constraint) {
    Dependency dependency = constraint.dependency();
    String name = dependency.name();
    budget.spend(1);
    boolean different = asked.computeIfAbsent(name, n -> new Asked()).add(constraint);
    if (!dependency.conflict() && required.add(name)) {
      if (!owners.containsKey(name)) {
        open.put(name, new Open(name, isProvidedOnly(name)));
      }
      forgetNeeds(name);
      for (Candidate candidate : named(name)) {
        if (candidate.pkg().name().equals(name)) {
          forgetStates(candidate);
        }
      }
    }
    if (different) {
      boolean fewer = false;
      for (Candidate candidate : named(name)) {
        budget.spend(1);
        if (!satisfies(candidate, constraint)) {
          exclude(candidate);
        }
        fewer |=
            !dependency.conflict()
                && !dependency.isByChecksum()
                && !dependency.accepts(candidate.versionAs(name));
      }
      if (fewer && !owners.containsKey(name)) {
        forgetNeeds(name);
        forgetState(name);
      }
    }
  }

  private boolean isProvidedOnly(String name) {
    return named(name).stream().noneMatch(candidate -> candidate.pkg().name().equals(name));
  }

  /** Lets a name come from repositories with these tags too. */
  void allow(String name, Set<String> tags) {
    if (!tags.isEmpty() && allowedTags.computeIfAbsent(name, n -> new TreeSet<>()).addAll(tags)) {
      forgetAll();
    }
  }

  /** Makes a candidate the package that answers to its names. */
  void choose(Candidate candidate, Constraint reason) {
    chosen.put(candidate, reason);
    String ownName = candidate.pkg().name();
    Candidate before = owners.put(ownName, candidate);
    if (before != null && before != candidate) {
      forgetAll();
    }
    owned(candidate, ownName);
    for (Provide provide : candidate.pkg().provides()) {
      if (owners.putIfAbsent(provide.name(), candidate) == null) {
        owned(candidate, provide.name());
      }
    }
  }

  private void owned(Candidate owner, String name) {
    open.remove(name);
    forgetNeeds(name);
    for (Candidate other : named(name)) {
      budget.spend(1);
      if (other != owner && (owner.versionAs(name) != null || other.versionAs(name) != null)) {
        exclude(other);
      }
    }
  }

  /** Whether a package may be chosen as far as one constraint on one of its names goes. */
  static boolean satisfies(Candidate candidate, Constraint constraint) {
    Dependency dependency = constraint.dependency();
    ApkVersion version = candidate.versionAs(dependency.name());
    if (dependency.isByChecksum()) {
      return ("Q1" + dependency.version()).contains(candidate.pkg().checksum().toString());
    }
    if (dependency.conflict()) {
      return candidate.pkg().equals(constraint.requirer()) || !dependency.accepts(version);
    }
    return version == null || dependency.accepts(version);
  }

  /** Whether a candidate may answer to a name, as far as one looks ahead. */
  boolean isPossible(Candidate candidate, String name, int lookAhead) {
    budget.spend(1);
    return isAccepted(candidate, name)
        && isAllowed(candidate, name)
        && isPossibleAlone(candidate)
        && (lookAhead == 0 || hasNeeds(candidate, lookAhead));
  }

  private boolean isAccepted(Candidate candidate, String name) {
    List<Constraint> constraints = differentConstraints(name);
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
    Candidate owner = owners.get(name);
    if (owner != null
        && owner != candidate
        && (owner.versionAs(name) != null || candidate.versionAs(name) != null)) {
      return false;
    }
    for (Constraint constraint : differentConstraints(name)) {
      budget.spend(1);
      if (!satisfies(candidate, constraint)) {
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
    Candidate owner = owners.get(dependency.name());
    if (dependency.conflict()) {
      Constraint constraint = new Constraint(dependency, candidate.pkg());
      return owner == null
          ? !required.contains(dependency.name()) || !forbidsAll(constraint)
          : owner == candidate || satisfies(owner, constraint);
    }
    if (owner != null) {
      return dependency.accepts(owner.versionAs(dependency.name()));
    }
    for (Candidate option : named(dependency.name())) {
      if (dependency.accepts(option.versionAs(dependency.name()))
          && isPossible(option, dependency.name(), lookAhead - 1)
          && !clash(option, candidate)) {
        return true;
      }
    }
    return false;
  }

  /** Whether both answer to a name that only one package may have. */
  private boolean clash(Candidate one, Candidate other) {
    budget.spend(Math.min(one.names().size(), other.names().size()));
    return one.clashesWith(other);
  }

  /** Whether a conflict leaves no candidate for a name that is wanted. */
  private boolean forbidsAll(Constraint conflict) {
    List<Candidate> candidates = named(conflict.dependency().name());
    budget.spend(candidates.size());
    return candidates.stream().noneMatch(candidate -> satisfies(candidate, conflict));
  }

  private boolean isAllowed(Candidate candidate, String name) {
    return candidate.untagged()
        || allowedTags.getOrDefault(name, Set.of()).stream().anyMatch(candidate::tagged)
        || allowedTags(candidate).stream().anyMatch(candidate::tagged);
  }

  /** The tags that a candidate may come from under any of its names. */
  Set<String> allowedTags(Candidate candidate) {
    if (allowedTags.isEmpty()) {
      return Set.of();
    }
    Set<String> tags = new TreeSet<>();
    for (String name : candidate.names()) {
      budget.spend(1);
      tags.addAll(allowedTags.getOrDefault(name, Set.of()));
    }
    return tags;
  }

  private Standing standing(Candidate candidate) {
    return standings.computeIfAbsent(candidate, Standing::new);
  }

  /** What is excluded once stays so: constraints and owners are never taken back. */
  private void exclude(Candidate candidate) {
    Standing standing = standings.get(candidate);
    if (standing == null || !Boolean.TRUE.equals(standing.alone)) {
      return;
    }
    standing.alone = false;
    forgetStates(candidate);
    for (String name : candidate.names()) {
      if (!owners.containsKey(name)) {
        forgetNeeds(name);
      }
    }
  }

  /** Forgets the answers about candidates that need a name, and about those that need these. */
  private void forgetNeeds(String changed) {
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
            if (!owners.containsKey(name) && lookedAt.containsKey(name)) {
              changes.add(new Change(name, change.lookAhead + 1));
            }
          }
        }
      }
    }
  }

  private void forgetStates(Candidate candidate) {
    budget.spend(1 + candidate.names().size() / 8);
    candidate.names().forEach(this::forgetState);
  }

  private void forgetState(String name) {
    Open wanted = open.get(name);
    if (wanted != null) {
      wanted.state = State.UNKNOWN;
    }
  }

  private void forgetAll() {
    budget.spend(1L + standings.size() + open.size());
    standings.clear();
    lookedAt.clear();
    open.values().forEach(wanted -> wanted.state = State.UNKNOWN);
  }
}
