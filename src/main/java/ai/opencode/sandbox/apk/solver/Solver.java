package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Constraint;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.Provide;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.failure.ResolutionException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses packages as apk does.
 *
 * <p>Alpine's repositories hold one version of each package, so there is hardly ever a search:
 * names that leave one choice are settled first, because what they demand narrows the others, then
 * the best candidate is taken for the next name. Where a choice turns out to stand against a
 * dependency that was found later, the attempt starts again knowing that dependency. What {@code
 * install_if} adds comes after everything that was asked for, until nothing changes any more.
 */
public final class Solver {

  private static final int MAX_ATTEMPTS = 64;

  private final SolverRequest request;

  /** What was asked for, in the order in which apk looks at it. */
  private final List<Dependency> world;

  private final Map<String, List<Candidate>> byName = new LinkedHashMap<>();
  private final List<Candidate> conditional = new ArrayList<>();
  private final NameTable names = new NameTable();
  private final WorkBudget budget = WorkBudget.standard();

  private Solver(SolverRequest request) {
    this.request = request;
    Map<String, Dependency> lastByName = new HashMap<>();
    request.world().forEach(dependency -> lastByName.put(dependency.name(), dependency));
    this.world =
        lastByName.values().stream()
            .sorted(
                Comparator.comparing(Dependency::name, String.CASE_INSENSITIVE_ORDER)
                    .thenComparing(Dependency::name))
            .toList();
    readCandidates();
  }

  /**
   * Solves a request.
   *
   * @throws ResolutionException where nothing satisfies it, or choosing takes more work than {@link
   *     WorkBudget} allows; the message names what was asked, what stands against it and what would
   *     help
   */
  public static Resolution solve(SolverRequest request) {
    return new Solver(request).solve();
  }

  private Resolution solve() {
    requireTags();
    Set<Constraint> known = new LinkedHashSet<>();
    Set<String> upgraded = request.upgraded();
    ConditionalCandidates.Index additions = ConditionalCandidates.Index.of(conditional);
    for (int attempt = 0; ; attempt++) {
      Attempt current = new Attempt(byName, additions, world, known, upgraded, budget);
      try {
        current.run();
        if (attempt >= MAX_ATTEMPTS || current.upgraded().equals(upgraded)) {
          return result(current);
        }
        // What upgraded packages need is to be upgraded too, also where it was settled before them.
        upgraded = Set.copyOf(current.upgraded());
      } catch (Attempt.LaterConstraint later) {
        if (attempt >= MAX_ATTEMPTS || !known.add(later.constraint())) {
          throw new ResolutionException(later.explanation());
        }
      }
    }
  }

  private void readCandidates() {
    Map<String, Candidate> builds = new LinkedHashMap<>();
    request.installed().forEach(names::enter);
    request.preferred().forEach(names::enter);
    for (Repository repository : request.repositories()) {
      for (ApkPackage pkg : repository.packages()) {
        names.enter(pkg);
        candidate(builds, pkg).isIn(repository);
      }
    }
    for (ApkPackage pkg : request.installed()) {
      candidate(builds, pkg).markInstalled();
    }
    for (ApkPackage pkg : request.preferred()) {
      candidate(builds, pkg).markPreferred();
    }
    for (Candidate candidate : builds.values()) {
      register(candidate.pkg().name(), candidate);
      for (Provide provide : candidate.pkg().provides()) {
        if (!provide.name().equals(candidate.pkg().name())) {
          register(provide.name(), candidate);
        }
      }
      if (!candidate.pkg().installIf().isEmpty()) {
        conditional.add(candidate);
      }
    }
  }

  private static Candidate candidate(Map<String, Candidate> builds, ApkPackage pkg) {
    String build = pkg.label() + " " + pkg.checksum().hex();
    return builds.computeIfAbsent(build, key -> new Candidate(pkg, builds.size()));
  }

  private void register(String name, Candidate candidate) {
    List<Candidate> candidates = byName.computeIfAbsent(name, key -> new ArrayList<>(1));
    if (candidates.isEmpty() || candidates.get(candidates.size() - 1) != candidate) {
      candidates.add(candidate);
    }
  }

  private void requireTags() {
    for (Dependency dependency : world) {
      String tag = dependency.tag();
      if (tag != null && request.repositories().stream().noneMatch(r -> tag.equals(r.tag()))) {
        throw new ResolutionException(
            dependency
                + " asks for the repository tag @"
                + tag
                + ", which no repository has; add one with that tag");
      }
    }
  }

  private Resolution result(Attempt attempt) {
    List<Resolution.Chosen> chosen =
        new InstallOrder(attempt, world, new Additions(conditional, names), budget).list();
    Set<String> names = new LinkedHashSet<>();
    chosen.forEach(choice -> names.add(choice.pkg().name()));
    List<ApkPackage> removed =
        request.installed().stream().filter(pkg -> !names.contains(pkg.name())).toList();
    return new Resolution(chosen, removed);
  }
}
