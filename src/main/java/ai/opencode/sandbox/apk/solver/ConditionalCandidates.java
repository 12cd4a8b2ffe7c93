package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.Dependency;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The candidates with {@code install_if}, gone through in their order again and again. Most of them
 * never become complete, so one is looked at only when a name that it is conditional on was chosen.
 */
final class ConditionalCandidates {

  /**
   * The candidates by the names of their conditions; the same for every attempt.
   *
   * @param byCondition positions in the list
   * @param unconditional positions of those that only other packages' absence is a condition for
   */
  record Index(List<Candidate> candidates, Map<String, BitSet> byCondition, BitSet unconditional) {

    static Index of(List<Candidate> candidates) {
      Map<String, BitSet> byCondition = new HashMap<>();
      BitSet unconditional = new BitSet();
      for (int i = 0; i < candidates.size(); i++) {
        List<Dependency> conditions = candidates.get(i).pkg().installIf();
        for (Dependency condition : conditions) {
          byCondition.computeIfAbsent(condition.name(), name -> new BitSet()).set(i);
        }
        if (conditions.stream().allMatch(Dependency::conflict)) {
          unconditional.set(i);
        }
      }
      return new Index(candidates, byCondition, unconditional);
    }
  }

  private final Index index;
  private final Prospects prospects;
  private final WorkBudget budget;
  private final BitSet worthLooking = new BitSet();
  private int position;

  ConditionalCandidates(Index index, Prospects prospects, WorkBudget budget) {
    this.index = index;
    this.prospects = prospects;
    this.budget = budget;
    budget.spend(1 + index.candidates().size() / 64);
    worthLooking.or(index.unconditional());
  }

  /** Starts again with the first. */
  void begin() {
    budget.spend(1);
    position = 0;
  }

  /**
   * The next candidate that is complete, and neither wanted nor provided anyway; null at the end.
   */
  @Nullable Candidate next() {
    for (int i = worthLooking.nextSetBit(position); i >= 0; i = worthLooking.nextSetBit(i + 1)) {
      Candidate candidate = index.candidates().get(i);
      String name = candidate.pkg().name();
      budget.spend(1);
      // What is asked for anyway is chosen among all its builds, not only those with conditions.
      if (prospects.isRequired(name) || prospects.owner(name) != null || !isComplete(candidate)) {
        worthLooking.clear(i);
      } else {
        position = i + 1;
        return candidate;
      }
    }
    position = index.candidates().size();
    return null;
  }

  boolean isComplete(Candidate candidate) {
    List<Dependency> conditions = candidate.pkg().installIf();
    budget.spend(conditions.size());
    return !conditions.isEmpty() && conditions.stream().allMatch(this::isMet);
  }

  private boolean isMet(Dependency condition) {
    Candidate owner = prospects.owner(condition.name());
    boolean matches = owner != null && condition.accepts(owner.versionAs(condition.name()));
    return condition.conflict() != matches;
  }

  /** A package was chosen: what is conditional on one of its names may be complete now. */
  void owned(Candidate owner) {
    for (String name : owner.names()) {
      BitSet conditional = index.byCondition().get(name);
      budget.spend(1);
      if (conditional != null) {
        budget.spend(1 + conditional.length() / 64);
        worthLooking.or(conditional);
      }
    }
  }
}
