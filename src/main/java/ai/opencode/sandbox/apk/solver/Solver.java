package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.failure.ResolutionException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Selects packages as apk 3 does, in the same order and with the same preferences.
 *
 * <p>apk selects name after name and takes no selection back: what a selected package depends on
 * excludes candidates of other names before their turn comes, and a request fails if nothing is
 * left for a name. apk looks one dependency ahead, and only where a name has one candidate left, so
 * it refuses some requests that a search would satisfy, and so does this solver.
 */
public final class Solver {

  private final SolverRequest request;

  /** The last dependency for each name, in the order in which apk applies them. */
  private final List<Dependency> world;

  private final WorkBudget budget = WorkBudget.standard();

  private Solver(SolverRequest request) {
    this.request = request;
    Map<String, Dependency> lastByName = new HashMap<>();
    request.world().forEach(dependency -> lastByName.put(dependency.name(), dependency));
    this.world =
        lastByName.values().stream()
            .sorted(Comparator.comparing(Dependency::name, ApkPackage.ORDER_OF_NAMES))
            .toList();
  }

  /**
   * Solves a request.
   *
   * @throws ResolutionException if apk would refuse the request, or if the selection takes more
   *     work than {@link WorkBudget} permits; the message names the dependency that is not
   *     satisfied, and the reason
   */
  public static Resolution solve(SolverRequest request) {
    return new Solver(request).solve();
  }

  private Resolution solve() {
    world.forEach(this::check);
    List<ApkPackage> preferred = request.preferred();
    while (true) {
      try {
        return solve(preferred);
      } catch (Unsatisfied e) {
        // A preference is no demand, so it must not make a request fail.
        if (preferred.isEmpty()) {
          throw e.asFailure();
        }
        preferred = e.uninvolved(preferred);
      }
    }
  }

  private Resolution solve(List<ApkPackage> preferred) {
    Catalog catalog = new Catalog(request, preferred);
    new Selection(catalog, budget).run(request, world);
    List<Candidate> order = new InstallOrder(catalog, budget).of(world, request.installed());
    Reasons reasons = new Reasons(catalog, world, order);
    Set<String> names = new HashSet<>();
    order.forEach(candidate -> names.add(candidate.pkg().name()));
    List<ApkPackage> removed =
        request.installed().stream().filter(pkg -> !names.contains(pkg.name())).toList();
    return new Resolution(order.stream().map(each -> chosen(each, reasons)).toList(), removed);
  }

  private static Resolution.Chosen chosen(Candidate candidate, Reasons reasons) {
    return new Resolution.Chosen(candidate.pkg(), candidate.source(), reasons.of(candidate));
  }

  private void check(Dependency dependency) {
    String tag = dependency.tag();
    if (tag != null && request.repositories().stream().noneMatch(r -> tag.equals(r.tag()))) {
      throw ResolutionException.of(
          dependency
              + " asks for the repository tag @"
              + tag
              + ", which no repository has. Add one with that tag.",
          Set.of(dependency.name()));
    }
    if (!dependency.hasValidVersion()) {
      throw ResolutionException.of(
          dependency
              + " contains \""
              + dependency.version()
              + "\", which is not a version of apk. Name one such as 1.2.3-r4 or 1.2.",
          Set.of(dependency.name()));
    }
  }
}
