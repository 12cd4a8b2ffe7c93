package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Constraint;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.Provide;
import ai.opencode.sandbox.failure.ResolutionException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

  private final ConditionalCandidates conditional;
  private final Collection<Dependency> world;
  private final WorkBudget budget;
  private final Map<String, List<Constraint>> hints = new HashMap<>();
  private final Set<String> upgraded = new HashSet<>();
  private final Prospects prospects;

  Attempt(
      Map<String, List<Candidate>> byName,
      ConditionalCandidates.Index conditional,
      Collection<Dependency> world,
      Set<Constraint> known,
      Set<String> upgraded,
      WorkBudget budget) {
    this.world = world;
    this.budget = budget;
    this.prospects = new Prospects(byName, budget);
    this.conditional = new ConditionalCandidates(conditional, prospects, budget);
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
    return prospects.chosen();
  }

  /** The names for which the newest version was wanted in the end. */
  Set<String> upgraded() {
    return upgraded;
  }

  /** The chosen package that answers to a name. */
  @Nullable Candidate owner(String name) {
    return prospects.owner(name);
  }

  private void settleRequired() throws LaterConstraint {
    while (true) {
      Prospects.Open forced = null;
      Prospects.Open best = null;
      Prospects.Open stuck = null;
      for (Prospects.Open wanted : prospects.open()) {
        Prospects.State state = prospects.state(wanted);
        if (state == Prospects.State.STUCK) {
          stuck = stuck == null ? wanted : stuck;
        } else if (forced == null && state == Prospects.State.FORCED) {
          forced = wanted;
        } else if (best == null || (best.providedOnly() && !wanted.providedOnly())) {
          best = wanted;
        }
      }
      Prospects.Open next = forced != null ? forced : best;
      if (next == null) {
        if (stuck != null && chooseConditional()) {
          // An addition may provide the name.
          continue;
        }
        if (stuck != null) {
          throw new ResolutionException(explain(stuck.name()));
        }
        return;
      }
      if (stuck != null && isHopeless(stuck.name())) {
        throw new ResolutionException(explain(stuck.name()));
      }
      if (next.providedOnly() && chooseConditional()) {
        continue;
      }
      String name = next.name();
      choose(best(prospects.candidates(name), name).orElseThrow(), reason(name));
    }
  }

  private Optional<Candidate> best(Collection<Candidate> candidates, String name) {
    Comparator<Candidate> preference = preference(name);
    return candidates.stream().max(preference);
  }

  private Constraint reason(String name) {
    return prospects.constraints(name).stream()
        .filter(constraint -> !constraint.dependency().conflict())
        .findFirst()
        .orElseThrow();
  }

  /** Whether no later choice can make a name available. */
  private boolean isHopeless(String name) {
    return prospects.named(name).stream()
        .noneMatch(candidate -> prospects.isPossibleByItself(candidate, name));
  }

  private boolean chooseConditional() throws LaterConstraint {
    boolean any = false;
    conditional.begin();
    for (Candidate candidate = conditional.next();
        candidate != null;
        candidate = conditional.next()) {
      String name = candidate.pkg().name();
      inheritTags(candidate);
      if (prospects.isPossible(candidate, name) && bestComplete(name) == candidate) {
        Dependency condition = candidate.pkg().installIf().get(0);
        Candidate reason = prospects.owner(condition.name());
        choose(candidate, new Constraint(condition, reason == null ? null : reason.pkg()));
        any = true;
      }
    }
    return any;
  }

  /** What an addition may come from is what the packages that it is added to may come from. */
  private void inheritTags(Candidate candidate) {
    for (Dependency condition : candidate.pkg().installIf()) {
      Candidate owner = prospects.owner(condition.name());
      if (owner != null) {
        prospects.allow(candidate.pkg().name(), prospects.allowedTags(owner));
      }
    }
  }

  private void choose(Candidate candidate, Constraint reason) throws LaterConstraint {
    prospects.choose(candidate, reason);
    conditional.owned(candidate);
    Set<String> tags = prospects.allowedTags(candidate);
    boolean newest = isUpgraded(candidate);
    for (Dependency dependency : candidate.pkg().depends()) {
      // What a package needs may come from the tagged repositories that it may come from itself.
      prospects.allow(dependency.name(), tags);
      if (newest) {
        upgraded.add(dependency.name());
      }
      add(new Constraint(dependency, candidate.pkg()));
    }
  }

  private void add(Constraint constraint) throws LaterConstraint {
    Dependency dependency = constraint.dependency();
    if (dependency.tag() != null) {
      prospects.allow(dependency.name(), Set.of(dependency.tag()));
    }
    prospects.require(constraint);
    for (Candidate candidate : prospects.named(dependency.name())) {
      budget.spend(1);
      if (chosen().containsKey(candidate) && !Demands.satisfies(candidate, constraint)) {
        throw new LaterConstraint(constraint, explainConflict(candidate, constraint));
      }
    }
  }

  /** Of the builds whose conditions are met: one that is installed may have lost its own. */
  private @Nullable Candidate bestComplete(String name) {
    List<Candidate> complete =
        prospects.candidates(name).stream().filter(conditional::isComplete).toList();
    return best(complete, name).orElse(null);
  }

  private Comparator<Candidate> preference(String name) {
    String tag = wantedTag(name);
    return Comparator.<Candidate>comparingInt(candidate -> -violatedHints(candidate))
        .thenComparing(candidate -> tag == null ? candidate.untagged() : candidate.tagged(tag))
        .thenComparing(
            (a, b) -> isUpgraded(a) || isUpgraded(b) ? 0 : Boolean.compare(a.isKept(), b.isKept()))
        .thenComparing((a, b) -> compareVersions(a.versionAs(name), b.versionAs(name)))
        .thenComparing(
            (a, b) ->
                a.pkg().name().equals(b.pkg().name())
                    ? a.pkg().version().compareTo(b.pkg().version())
                    : 0)
        .thenComparing(Candidate::isKept)
        .thenComparingInt(candidate -> candidate.pkg().providerPriority())
        .thenComparing(Comparator.comparingInt(Candidate::order).reversed());
  }

  /** Whether the newest build is wanted rather than the one that is there. */
  private boolean isUpgraded(Candidate candidate) {
    budget.spend(upgraded.isEmpty() ? 1 : candidate.names().size());
    return !upgraded.isEmpty()
        && (upgraded.contains(candidate.pkg().name())
            || candidate.pkg().provides().stream()
                .anyMatch(provide -> upgraded.contains(provide.name())));
  }

  /** The tag that a name was asked for with last. */
  private @Nullable String wantedTag(String name) {
    String tag = null;
    for (Constraint constraint : prospects.constraints(name)) {
      budget.spend(1);
      tag = constraint.dependency().tag() == null ? tag : constraint.dependency().tag();
    }
    return tag;
  }

  private int violatedHints(Candidate candidate) {
    if (hints.isEmpty()) {
      return 0;
    }
    int violated = 0;
    budget.spend(candidate.names().size());
    for (Constraint hint : hints.getOrDefault(candidate.pkg().name(), List.of())) {
      violated += Demands.satisfies(candidate, hint) ? 0 : 1;
    }
    for (Provide provide : candidate.pkg().provides()) {
      for (Constraint hint : hints.getOrDefault(provide.name(), List.of())) {
        violated += Demands.satisfies(candidate, hint) ? 0 : 1;
      }
    }
    return violated;
  }

  /** A provide without version is neither older nor newer. */
  private static int compareVersions(@Nullable ApkVersion a, @Nullable ApkVersion b) {
    return a == null || b == null ? 0 : a.compareTo(b);
  }

  private String explain(String name) {
    return Explanation.of(name, prospects);
  }

  private String explainConflict(Candidate candidate, Constraint constraint) {
    Constraint reason = chosen().get(candidate);
    return candidate.pkg().label()
        + ", required by "
        + (reason == null ? "world" : reason.requiredBy())
        + ", stands against "
        + constraint.requiredBy()
        + "; leave one of the two out";
  }
}
