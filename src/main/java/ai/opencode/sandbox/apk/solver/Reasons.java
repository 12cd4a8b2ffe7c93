package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.Constraint;
import ai.opencode.sandbox.apk.Dependency;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The dependency that leads to each package of a result on the shortest way from the request. */
final class Reasons {

  private final Set<Candidate> result;
  private final Map<Candidate, Constraint> byCandidate = new HashMap<>();
  private final Deque<Candidate> reached = new ArrayDeque<>();

  Reasons(Catalog catalog, Collection<Dependency> world, List<Candidate> result) {
    this.result = new HashSet<>(result);
    for (Dependency dependency : world) {
      reach(new Candidate.Need(dependency, catalog.name(dependency.name())), null);
    }
    followAll();
    for (Candidate addition : result) {
      if (!byCandidate.containsKey(addition)) {
        enterCondition(addition);
        reached.add(addition);
        followAll();
      }
    }
  }

  /** Returns the reason for a package; null if nothing that is selected leads to it. */
  @Nullable Constraint of(Candidate candidate) {
    return byCandidate.get(candidate);
  }

  private void followAll() {
    for (Candidate next = reached.poll(); next != null; next = reached.poll()) {
      for (Candidate.Need need : next.needs()) {
        reach(need, next);
      }
    }
  }

  private void reach(Candidate.Need need, @Nullable Candidate requirer) {
    Candidate owner = need.name().owner();
    if (owner != null
        && !need.dependency().conflict()
        && result.contains(owner)
        && !byCandidate.containsKey(owner)) {
      byCandidate.put(owner, constraint(need, requirer));
      reached.add(owner);
    }
  }

  private void enterCondition(Candidate addition) {
    for (Candidate.Need condition : addition.conditions()) {
      Candidate owner = condition.name().owner();
      if (owner != null) {
        byCandidate.put(addition, constraint(condition, owner));
        return;
      }
    }
  }

  private static Constraint constraint(Candidate.Need need, @Nullable Candidate requirer) {
    return new Constraint(need.dependency(), requirer == null ? null : requirer.pkg());
  }
}
