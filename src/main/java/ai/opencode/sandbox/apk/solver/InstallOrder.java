package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The order in which apk installs a result: the requested packages by name, each after its
 * dependencies, and packages with {@code install_if} as soon as their conditions are met.
 */
final class InstallOrder {

  private final Catalog catalog;
  private final WorkBudget budget;
  private final Set<Name> processed = new HashSet<>();
  private final Set<Candidate> visited = new HashSet<>();
  private final List<Candidate> order = new ArrayList<>();

  /** The packages whose dependencies are not complete, the innermost first. */
  private final Deque<Visit> path = new ArrayDeque<>();

  private static final class Visit {
    private final Candidate candidate;
    private final Iterator<Candidate.Need> needs;
    private final Iterator<Name> additions;
    private boolean ordered;

    Visit(Candidate candidate) {
      this.candidate = candidate;
      this.needs = candidate.needs().iterator();
      this.additions =
          Stream.concat(Stream.of(candidate.own()), candidate.provided().stream())
              .flatMap(offer -> offer.name().additions.stream())
              .iterator();
    }
  }

  InstallOrder(Catalog catalog, WorkBudget budget) {
    this.catalog = catalog;
    this.budget = budget;
  }

  /**
   * Orders the selected packages.
   *
   * @param installed packages that stay, or give way, although nothing leads to them
   * @throws Unsatisfied if the selection does not satisfy a dependency
   */
  List<Candidate> of(Collection<Dependency> world, Collection<ApkPackage> installed) {
    for (Dependency dependency : world) {
      visit(new Candidate.Need(dependency, catalog.name(dependency.name())), null);
      complete();
    }
    for (ApkPackage pkg : installed) {
      visit(catalog.name(pkg.name()));
      complete();
    }
    return order;
  }

  /** A loop and not a recursion, because an index can make chains of any length. */
  private void complete() {
    while (!path.isEmpty()) {
      Visit visit = path.element();
      budget.spend(1);
      if (visit.needs.hasNext()) {
        visit(visit.needs.next(), visit.candidate);
      } else if (!visit.ordered) {
        visit.ordered = true;
        order.add(visit.candidate);
      } else if (visit.additions.hasNext()) {
        visitAddition(visit.additions.next());
      } else {
        path.remove();
      }
    }
  }

  /**
   * Visits the package under a name. A package that is in conflict with another version of the name
   * is installed after it, like after a dependency.
   */
  private void visit(Candidate.Need need, @Nullable Candidate requirer) {
    if (!need.name().satisfies(need.dependency(), requirer)) {
      throw new Unsatisfied(need, requirer);
    }
    visit(need.name());
  }

  private void visit(Name name) {
    Candidate owner = name.owner();
    if (processed.add(name) && owner != null && visited.add(owner)) {
      processed.add(owner.own().name());
      owner.provided().forEach(offer -> processed.add(offer.name()));
      path.push(new Visit(owner));
    }
  }

  /**
   * Visits the package under a name if the names of its conditions have been processed. The package
   * may be another one than the one that has the conditions, which apk does not check.
   */
  private void visitAddition(Name name) {
    Candidate owner = name.owner();
    if (owner == null || !name.known || processed.contains(name)) {
      return;
    }
    budget.spend(owner.conditions().size());
    for (Candidate.Need condition : owner.conditions()) {
      Dependency dependency = condition.dependency();
      if (!(dependency.conflict() || processed.contains(condition.name()))
          || !condition.name().satisfies(dependency, owner)) {
        return;
      }
    }
    visit(name);
  }
}
