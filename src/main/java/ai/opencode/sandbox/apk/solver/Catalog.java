package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.Provide;
import ai.opencode.sandbox.apk.Repository;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All builds and names of a request, in the order in which apk reads them. */
final class Catalog {

  /** The number of the tag that stands for repositories without a tag. */
  static final int UNTAGGED = 0;

  private final Map<String, Name> names = new HashMap<>();
  private final Map<String, Integer> tags = new HashMap<>();
  private final Map<String, Candidate> builds = new HashMap<>();
  private final Set<Name> conditional = new LinkedHashSet<>();

  Catalog(SolverRequest request) {
    request.earlier().forEach(dependency -> name(dependency.name()));
    List<Candidate> kept = new ArrayList<>();
    for (ApkPackage pkg : request.installed()) {
      Candidate candidate = candidate(pkg);
      candidate.markInstalled();
      kept.add(candidate);
    }
    int position = 0;
    for (Repository repository : request.repositories()) {
      int tag = tag(repository.tag());
      for (ApkPackage pkg : repository.packages()) {
        candidate(pkg).isIn(repository, position, tag);
      }
      position++;
    }
    for (ApkPackage pkg : request.preferred()) {
      Candidate candidate = candidate(pkg);
      candidate.markPreferred();
      kept.add(candidate);
    }
    if (request.repositories().stream().anyMatch(repository -> repository.tag() == null)) {
      kept.forEach(candidate -> candidate.countAsFrom(UNTAGGED));
    }
    enterAdditions();
  }

  /** Returns the name with a text, which becomes a new name if no package has or provides it. */
  Name name(String text) {
    Name known = names.get(text);
    if (known == null) {
      known = new Name(text, names.size());
      names.put(text, known);
    }
    return known;
  }

  /** Returns the number of a tag. */
  int tag(@Nullable String text) {
    return text == null ? UNTAGGED : tags.computeIfAbsent(text, key -> tags.size() + 1);
  }

  private Candidate candidate(ApkPackage pkg) {
    String build = pkg.label() + " " + pkg.checksum().hex();
    Candidate there = builds.get(build);
    if (there != null) {
      return there;
    }
    Name name = name(pkg.name());
    Candidate candidate = new Candidate(pkg, name);
    builds.put(build, candidate);
    pkg.depends().forEach(dependency -> name(dependency.name()));
    name.offers().add(candidate.own());
    for (Provide provide : pkg.provides()) {
      Offer offer = new Offer(candidate, name(provide.name()), provide.version());
      offer.name().offers().add(offer);
      candidate.provided().add(offer);
    }
    pkg.installIf().forEach(condition -> name(condition.name()));
    if (!conditions(pkg).isEmpty()) {
      conditional.add(name);
      candidate.provided().forEach(offer -> conditional.add(offer.name()));
    }
    return candidate;
  }

  private void enterAdditions() {
    for (Name name : NameTable.sorted(conditional)) {
      for (Offer offer : name.offers()) {
        for (Dependency condition : conditions(offer.candidate().pkg())) {
          Name needed = name(condition.name());
          if (needed.lastEntered != name) {
            needed.lastEntered = name;
            needed.additions.add(name);
          }
        }
      }
    }
    names.values().forEach(name -> name.lastEntered = null);
  }

  /** Looks up the names that a build depends on. */
  void resolve(Candidate candidate) {
    candidate.needs(needs(candidate.pkg().depends()), needs(conditions(candidate.pkg())));
  }

  /** apk ignores all conditions of a package if one has an invalid version. */
  private static List<Dependency> conditions(ApkPackage pkg) {
    return pkg.installIf().stream().allMatch(Dependency::hasValidVersion)
        ? pkg.installIf()
        : List.of();
  }

  private List<Candidate.Need> needs(List<Dependency> dependencies) {
    List<Candidate.Need> needs = new ArrayList<>(dependencies.size());
    for (Dependency dependency : dependencies) {
      needs.add(new Candidate.Need(dependency, name(dependency.name())));
    }
    return needs;
  }

  /** Enters the names of packages into the lists of the names that they depend on. */
  void enterDependents(Collection<Name> known, WorkBudget budget) {
    for (Name name : NameTable.sorted(known)) {
      for (Offer offer : name.offers()) {
        budget.spend(1 + offer.candidate().needs().size());
        for (Candidate.Need need : offer.candidate().needs()) {
          if (need.name().lastEntered != name) {
            need.name().lastEntered = name;
            need.name().dependents.add(name);
          }
        }
      }
    }
  }
}
