package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.failure.ResolutionException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One pass of the solver: choices are made and never taken back. */
final class Attempt {

  /** A dependency that stands against a choice already made. */
  static final class LaterConstraint extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Constraint constraint;
    private final String explanation;

    LaterConstraint(Constraint constraint, String explanation) {
      super(explanation, null, false, false);
      this.constraint = constraint;
      this.explanation = explanation;
    }

    Constraint constraint() {
      return constraint;
    }

    String explanation() {
      return explanation;
    }
  }

  private static final int LOOK_AHEAD = 3;

  private final Map<String, List<Candidate>> byName;
  private final List<Candidate> conditional;
  private final Collection<Dependency> world;
  private final Map<String, List<Constraint>> hints = new HashMap<>();

  private final Map<String, List<Constraint>> constraints = new HashMap<>();
  private final Set<String> required = new LinkedHashSet<>();
  private final Map<String, Set<String>> allowedTags = new HashMap<>();
  private final Set<String> upgraded = new HashSet<>();
  private final Map<String, Candidate> owners = new LinkedHashMap<>();
  private final Map<Candidate, Constraint> chosen = new LinkedHashMap<>();

  /** Answers that hold until the next choice; each is asked for many times before. */
  private final Map<Question, Boolean> answers = new HashMap<>();

  /** Whether a candidate may answer to a name, as far as one looks ahead. */
  private record Question(Candidate candidate, String name, int lookAhead) {}

  Attempt(
      Map<String, List<Candidate>> byName,
      List<Candidate> conditional,
      Collection<Dependency> world,
      Set<Constraint> known,
      Set<String> upgraded) {
    this.byName = byName;
    this.conditional = conditional;
    this.world = world;
    this.upgraded.addAll(upgraded);
    for (Constraint constraint : known) {
      hints.computeIfAbsent(constraint.dependency().name(), n -> new ArrayList<>()).add(constraint);
    }
  }

  void run() throws LaterConstraint {
    for (Dependency dependency : world) {
      add(new Constraint(dependency, null));
    }
    do {
      settleRequired();
    } while (chooseConditional());
  }

  /** What was chosen, with the constraint that asked for it first. */
  Map<Candidate, Constraint> chosen() {
    return chosen;
  }

  /** The names for which the newest version was wanted in the end. */
  Set<String> upgraded() {
    return upgraded;
  }

  /** Who answers to a name. */
  @Nullable Candidate owner(String name) {
    return owners.get(name);
  }

  private void settleRequired() throws LaterConstraint {
    while (true) {
      String forced = null;
      String best = null;
      String stuck = null;
      for (String name : required) {
        if (owners.containsKey(name)) {
          continue;
        }
        if (candidates(name).isEmpty()) {
          stuck = stuck == null ? name : stuck;
        } else if (forced == null && isOnlyChoice(name)) {
          forced = name;
        } else if (best == null || (isProvidedOnly(best) && !isProvidedOnly(name))) {
          best = name;
        }
      }
      String next = forced != null ? forced : best;
      if (next == null) {
        if (stuck != null && chooseConditional()) {
          // An addition may provide the name.
          continue;
        }
        if (stuck != null) {
          throw new ResolutionException(explain(stuck));
        }
        return;
      }
      if (stuck != null && isHopeless(stuck)) {
        throw new ResolutionException(explain(stuck));
      }
      if (isProvidedOnly(next) && chooseConditional()) {
        continue;
      }
      choose(candidates(next).stream().max(preference(next)).orElseThrow(), reason(next));
    }
  }

  /** Counting also what would have to be wanted under its own name first. */
  private boolean isOnlyChoice(String name) {
    return byName.getOrDefault(name, List.of()).stream()
            .filter(candidate -> isPossible(candidate, name, LOOK_AHEAD))
            .limit(2)
            .count()
        == 1;
  }

  /**
   * Whether no package has that name itself; such a choice waits, because one of the providers may
   * turn out to be wanted under its own name.
   */
  private boolean isProvidedOnly(String name) {
    return byName.getOrDefault(name, List.of()).stream()
        .noneMatch(candidate -> candidate.pkg().name().equals(name));
  }

  private Constraint reason(String name) {
    return constraints.getOrDefault(name, List.of()).stream()
        .filter(constraint -> !constraint.dependency().conflict())
        .findFirst()
        .orElseThrow();
  }

  /** Whether no later choice can make a name available. */
  private boolean isHopeless(String name) {
    return byName.getOrDefault(name, List.of()).stream()
        .noneMatch(candidate -> isPossible(candidate, name, 0));
  }

  private boolean chooseConditional() throws LaterConstraint {
    boolean any = false;
    for (Candidate candidate : conditional) {
      String name = candidate.pkg().name();
      // What is asked for anyway is chosen among all its builds, not only those with conditions.
      if (required.contains(name) || owners.containsKey(name) || !isComplete(candidate)) {
        continue;
      }
      inheritTags(candidate);
      if (isPossible(candidate, name, LOOK_AHEAD) && bestComplete(name) == candidate) {
        Dependency condition = candidate.pkg().installIf().get(0);
        Candidate reason = owners.get(condition.name());
        choose(candidate, new Constraint(condition, reason == null ? null : reason.pkg()));
        any = true;
      }
    }
    return any;
  }

  /** What an addition may come from is what the packages that it is added to may come from. */
  private void inheritTags(Candidate candidate) {
    for (Dependency condition : candidate.pkg().installIf()) {
      Candidate owner = owners.get(condition.name());
      if (owner != null) {
        allow(candidate.pkg().name(), allowedTags(owner));
      }
    }
  }

  private boolean isComplete(Candidate candidate) {
    return !candidate.pkg().installIf().isEmpty()
        && candidate.pkg().installIf().stream().allMatch(this::isMet);
  }

  private boolean isMet(Dependency condition) {
    Candidate owner = owners.get(condition.name());
    boolean matches = owner != null && condition.accepts(owner.versionAs(condition.name()));
    return condition.conflict() != matches;
  }

  private void choose(Candidate candidate, Constraint reason) throws LaterConstraint {
    answers.clear();
    chosen.put(candidate, reason);
    owners.put(candidate.pkg().name(), candidate);
    for (Provide provide : candidate.pkg().provides()) {
      owners.putIfAbsent(provide.name(), candidate);
    }
    Set<String> tags = allowedTags(candidate);
    boolean newest = isUpgraded(candidate);
    for (Dependency dependency : candidate.pkg().depends()) {
      // What a package needs may come from the tagged repositories that it may come from itself.
      allow(dependency.name(), tags);
      if (newest) {
        upgraded.add(dependency.name());
      }
      add(new Constraint(dependency, candidate.pkg()));
    }
  }

  private void add(Constraint constraint) throws LaterConstraint {
    answers.clear();
    Dependency dependency = constraint.dependency();
    constraints.computeIfAbsent(dependency.name(), n -> new ArrayList<>()).add(constraint);
    if (dependency.tag() != null) {
      allow(dependency.name(), Set.of(dependency.tag()));
    }
    if (!dependency.conflict()) {
      required.add(dependency.name());
    }
    for (Candidate candidate : byName.getOrDefault(dependency.name(), List.of())) {
      if (chosen.containsKey(candidate) && !satisfies(candidate, constraint)) {
        throw new LaterConstraint(constraint, explainConflict(candidate, constraint));
      }
    }
  }

  /** Whether a package may be chosen as far as one constraint on one of its names goes. */
  private static boolean satisfies(Candidate candidate, Constraint constraint) {
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

  private List<Candidate> candidates(String name) {
    List<Candidate> candidates = new ArrayList<>(1);
    for (Candidate candidate : byName.getOrDefault(name, List.of())) {
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

  private boolean isPossible(Candidate candidate, String name, int lookAhead) {
    Question question = new Question(candidate, name, lookAhead);
    Boolean known = answers.get(question);
    if (known == null) {
      known = find(candidate, name, lookAhead);
      answers.put(question, known);
    }
    return known;
  }

  private boolean find(Candidate candidate, String name, int lookAhead) {
    for (Constraint constraint : constraints.getOrDefault(name, List.of())) {
      Dependency dependency = constraint.dependency();
      if (!dependency.conflict()
          && !dependency.isByChecksum()
          && !dependency.accepts(candidate.versionAs(name))) {
        return false;
      }
    }
    if (!isAllowed(candidate, name) || !mayOwn(candidate, candidate.pkg().name())) {
      return false;
    }
    for (Provide provide : candidate.pkg().provides()) {
      if (!mayOwn(candidate, provide.name())) {
        return false;
      }
    }
    return lookAhead == 0 || hasDependencies(candidate, lookAhead);
  }

  private boolean mayOwn(Candidate candidate, String name) {
    Candidate owner = owners.get(name);
    if (owner != null
        && owner != candidate
        && (owner.versionAs(name) != null || candidate.versionAs(name) != null)) {
      return false;
    }
    for (Constraint constraint : constraints.getOrDefault(name, List.of())) {
      if (!satisfies(candidate, constraint)) {
        return false;
      }
    }
    return true;
  }

  private boolean hasDependencies(Candidate candidate, int lookAhead) {
    for (Dependency dependency : candidate.pkg().depends()) {
      Constraint constraint = new Constraint(dependency, candidate.pkg());
      Candidate owner = owners.get(dependency.name());
      if (dependency.conflict()) {
        if (owner != null && owner != candidate && !satisfies(owner, constraint)) {
          return false;
        }
        if (owner == null && required.contains(dependency.name()) && forbidsAll(constraint)) {
          return false;
        }
      } else if (owner != null) {
        if (!dependency.accepts(owner.versionAs(dependency.name()))) {
          return false;
        }
      } else if (byName.getOrDefault(dependency.name(), List.of()).stream()
          .noneMatch(
              option ->
                  dependency.accepts(option.versionAs(dependency.name()))
                      && isPossible(option, dependency.name(), lookAhead - 1)
                      && !option.clashesWith(candidate))) {
        return false;
      }
    }
    return true;
  }

  /** Whether a conflict leaves nobody for a name that is wanted. */
  private boolean forbidsAll(Constraint conflict) {
    return byName.getOrDefault(conflict.dependency().name(), List.of()).stream()
        .noneMatch(candidate -> satisfies(candidate, conflict));
  }

  private boolean isAllowed(Candidate candidate, String name) {
    return candidate.untagged()
        || allowedTags.getOrDefault(name, Set.of()).stream().anyMatch(candidate::tagged)
        || allowedTags(candidate).stream().anyMatch(candidate::tagged);
  }

  private void allow(String name, Set<String> tags) {
    if (!tags.isEmpty()) {
      answers.clear();
      allowedTags.computeIfAbsent(name, n -> new TreeSet<>()).addAll(tags);
    }
  }

  private Set<String> allowedTags(Candidate candidate) {
    if (allowedTags.isEmpty()) {
      return Set.of();
    }
    Set<String> tags = new TreeSet<>(allowedTags.getOrDefault(candidate.pkg().name(), Set.of()));
    for (Provide provide : candidate.pkg().provides()) {
      tags.addAll(allowedTags.getOrDefault(provide.name(), Set.of()));
    }
    return tags;
  }

  /** Of the builds whose conditions are met: one that is installed may have lost its own. */
  private @Nullable Candidate bestComplete(String name) {
    return candidates(name).stream().filter(this::isComplete).max(preference(name)).orElse(null);
  }

  private Comparator<Candidate> preference(String name) {
    return Comparator.<Candidate>comparingInt(candidate -> -violatedHints(candidate))
        .thenComparing(candidate -> isPreferred(candidate, name))
        .thenComparing(
            (a, b) ->
                isUpgraded(a) || isUpgraded(b) ? 0 : Boolean.compare(a.installed(), b.installed()))
        .thenComparing((a, b) -> compareVersions(a.versionAs(name), b.versionAs(name)))
        .thenComparing(
            (a, b) ->
                a.pkg().name().equals(b.pkg().name())
                    ? a.pkg().version().compareTo(b.pkg().version())
                    : 0)
        .thenComparing(Candidate::installed)
        .thenComparingInt(candidate -> candidate.pkg().providerPriority())
        .thenComparing(Comparator.comparingInt(Candidate::order).reversed());
  }

  /** Whether the newest build is wanted rather than the one that is there. */
  private boolean isUpgraded(Candidate candidate) {
    return !upgraded.isEmpty()
        && (upgraded.contains(candidate.pkg().name())
            || candidate.pkg().provides().stream()
                .anyMatch(provide -> upgraded.contains(provide.name())));
  }

  private boolean isPreferred(Candidate candidate, String name) {
    String tag = null;
    for (Constraint constraint : constraints.getOrDefault(name, List.of())) {
      tag = constraint.dependency().tag() == null ? tag : constraint.dependency().tag();
    }
    return tag == null ? candidate.untagged() : candidate.tagged(tag);
  }

  private int violatedHints(Candidate candidate) {
    int violated = 0;
    for (Constraint hint : hints.getOrDefault(candidate.pkg().name(), List.of())) {
      violated += satisfies(candidate, hint) ? 0 : 1;
    }
    for (Provide provide : candidate.pkg().provides()) {
      for (Constraint hint : hints.getOrDefault(provide.name(), List.of())) {
        violated += satisfies(candidate, hint) ? 0 : 1;
      }
    }
    return violated;
  }

  /** A provide without version is neither older nor newer. */
  private static int compareVersions(@Nullable ApkVersion a, @Nullable ApkVersion b) {
    return a == null || b == null ? 0 : a.compareTo(b);
  }

  private String explain(String name) {
    return Explanation.of(
        name,
        constraints.getOrDefault(name, List.of()),
        byName.getOrDefault(name, List.of()),
        owners,
        constraints,
        byName);
  }

  private String explainConflict(Candidate candidate, Constraint constraint) {
    Constraint reason = chosen.get(candidate);
    return candidate.pkg().label()
        + ", required by "
        + (reason == null ? "world" : reason.requiredBy())
        + ", stands against "
        + constraint.requiredBy()
        + "; leave one of the two out";
  }
}
