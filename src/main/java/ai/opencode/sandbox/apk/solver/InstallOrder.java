package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Constraint;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.Provide;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The order in which apk installs a solution: what was asked for by name, each after what it
 * depends on, and packages that {@code install_if} added as soon as their conditions are complete.
 */
final class InstallOrder {

  private final Attempt attempt;
  private final List<Dependency> world;
  private final Set<Candidate> visited = new LinkedHashSet<>();
  private final Set<String> provided = new HashSet<>();
  private final List<Candidate> order = new ArrayList<>();
  private final Additions additions;
  private final WorkBudget budget;

  /** The packages whose dependencies are gone through, the innermost first. */
  private final Deque<Visit> path = new ArrayDeque<>();

  private static final class Visit {
    private final Candidate candidate;
    private final Iterator<Dependency> needs;
    private final Iterator<String> completed;
    private boolean ordered;

    Visit(Candidate candidate, Additions additions) {
      this.candidate = candidate;
      this.needs = candidate.pkg().depends().iterator();
      ApkPackage pkg = candidate.pkg();
      this.completed =
          Stream.concat(Stream.of(pkg.name()), pkg.provides().stream().map(Provide::name))
              .flatMap(name -> additions.to(name).stream())
              .iterator();
    }
  }

  InstallOrder(
      Attempt attempt, Collection<Dependency> world, Additions additions, WorkBudget budget) {
    this.attempt = attempt;
    this.world = List.copyOf(world);
    this.additions = additions;
    this.budget = budget;
  }

  List<Resolution.Chosen> list() {
    for (Dependency dependency : world) {
      visit(dependency);
    }
    List<Resolution.Chosen> chosen = new ArrayList<>();
    for (Candidate candidate : order) {
      Constraint reason = attempt.chosen().get(candidate);
      String requiredBy = reason == null ? "world" : reason.requiredBy();
      ApkPackage requirer = reason == null ? null : reason.requirer();
      chosen.add(
          new Resolution.Chosen(
              candidate.pkg(),
              candidate.source(),
              requiredBy,
              requirer == null ? null : requirer.name()));
    }
    return chosen;
  }

  /** Goes down from one package without recursion: chains are as long as an index makes them. */
  private void visit(Dependency dependency) {
    push(wanted(dependency));
    while (!path.isEmpty()) {
      Visit visit = path.element();
      budget.spend(1);
      if (visit.needs.hasNext()) {
        push(wanted(visit.needs.next()));
      } else if (!visit.ordered) {
        visit.ordered = true;
        order.add(visit.candidate);
      } else if (visit.completed.hasNext()) {
        push(completed(visit.completed.next()));
      } else {
        path.remove();
      }
    }
  }

  private void push(@Nullable Candidate candidate) {
    if (candidate != null && attempt.chosen().containsKey(candidate) && visited.add(candidate)) {
      candidate.pkg().provides().forEach(provide -> provided.add(provide.name()));
      path.push(new Visit(candidate, additions));
    }
  }

  private @Nullable Candidate wanted(Dependency dependency) {
    String name = dependency.name();
    Candidate candidate = attempt.owner(name);
    // What a package conflicts with in another version goes in before it, like what it needs.
    if (candidate == null) {
      return null;
    }
    // Of several that provide a name without version, the first one to go in will do.
    return candidate.versionAs(name) != null || !provided.contains(name) ? candidate : null;
  }

  /**
   * What becomes complete are names, as in apk: where a conditional package provides a name that
   * another package was chosen for, that one goes in, even when it has no condition of its own.
   */
  private @Nullable Candidate completed(String name) {
    Candidate owner = attempt.owner(name);
    return owner != null && isComplete(owner) ? owner : null;
  }

  /**
   * As apk counts: a condition holds from the moment its package is looked at, before its
   * dependencies.
   */
  private boolean isComplete(Candidate conditional) {
    budget.spend(conditional.pkg().installIf().size());
    return conditional.pkg().installIf().stream()
        .allMatch(
            condition -> {
              Candidate owner = attempt.owner(condition.name());
              return condition.conflict()
                  || (owner != null
                      && visited.contains(owner)
                      && condition.accepts(owner.versionAs(condition.name())));
            });
  }
}
