package ai.opencode.sandbox.apk;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

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

  InstallOrder(Attempt attempt, Collection<Dependency> world, Additions additions) {
    this.attempt = attempt;
    this.world = List.copyOf(world);
    this.additions = additions;
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

  private void visit(Dependency dependency) {
    String name = dependency.name();
    Candidate candidate = attempt.owner(name);
    if (candidate == null || dependency.conflict()) {
      return;
    }
    // Of several that provide a name without version, the first one to go in will do.
    if (candidate.versionAs(name) != null || !provided.contains(name)) {
      visit(candidate);
    }
  }

  private void visit(Candidate candidate) {
    if (!attempt.chosen().containsKey(candidate) || !visited.add(candidate)) {
      return;
    }
    candidate.pkg().provides().forEach(provide -> provided.add(provide.name()));
    candidate.pkg().depends().forEach(this::visit);
    order.add(candidate);
    additions.to(candidate.pkg().name()).forEach(this::visitIfComplete);
    for (Provide provide : candidate.pkg().provides()) {
      additions.to(provide.name()).forEach(this::visitIfComplete);
    }
  }

  /**
   * What becomes complete are names, as in apk: where a conditional package provides a name that
   * another package was chosen for, that one goes in, even when it has no condition of its own.
   */
  private void visitIfComplete(String name) {
    Candidate owner = attempt.owner(name);
    if (owner != null && isComplete(owner)) {
      visit(owner);
    }
  }

  /**
   * As apk counts: a condition holds from the moment its package is looked at, before its
   * dependencies.
   */
  private boolean isComplete(Candidate conditional) {
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
