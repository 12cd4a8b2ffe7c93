package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.Provide;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.failure.ResolutionException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All builds and names of a request, in the order in which apk reads them. */
final class Catalog {

  /** The bit of repositories without a tag. */
  static final long UNTAGGED = 1;

  private static final int MAX_TAGS = Long.SIZE - 1;

  private static final int NAMES_OF_A_PACKAGE = 8;

  private final Map<String, Name> names;
  private final Map<String, Long> tags = new HashMap<>();
  private final Map<String, Candidate> builds;
  private final Set<Name> conditional = new LinkedHashSet<>();

  Catalog(SolverRequest request, List<ApkPackage> preferred) {
    int packages = request.repositories().stream().mapToInt(each -> each.packages().size()).sum();
    this.builds = new HashMap<>(packages * 2);
    this.names = new HashMap<>(packages * NAMES_OF_A_PACKAGE);
    request.earlier().forEach(dependency -> name(dependency.name()));
    List<Candidate> kept = new ArrayList<>();
    for (ApkPackage pkg : request.installed()) {
      Candidate candidate = candidate(pkg);
      candidate.markInstalled();
      kept.add(candidate);
    }
    int position = 0;
    for (Repository repository : request.repositories()) {
      long tag = tag(repository.tag());
      for (ApkPackage pkg : repository.packages()) {
        candidate(pkg).isIn(repository, position, tag);
      }
      position++;
    }
    for (ApkPackage pkg : preferred) {
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

  /** Returns the bit of a tag. */
  long tag(@Nullable String text) {
    return text == null ? UNTAGGED : tags.computeIfAbsent(text, key -> nextTag());
  }

  private long nextTag() {
    if (tags.size() == MAX_TAGS) {
      throw new ResolutionException(
          "The repositories have more than "
              + MAX_TAGS
              + " different tags. Give several repositories the same tag.");
    }
    return UNTAGGED << (tags.size() + 1);
  }

  /** The same build in several places is one candidate. */
  private Candidate candidate(ApkPackage pkg) {
    String label = pkg.label();
    Candidate first = builds.get(label);
    if (first == null || first.pkg().checksum().equals(pkg.checksum())) {
      return builds.computeIfAbsent(label, key -> enter(pkg));
    }
    return builds.computeIfAbsent(label + " " + pkg.checksum(), key -> enter(pkg));
  }

  private Candidate enter(ApkPackage pkg) {
    Name name = name(pkg.name());
    Candidate candidate = new Candidate(pkg, name, needs(pkg.depends()));
    candidate.needs().forEach(need -> need.name().dependents.add(candidate));
    name.offers().add(candidate.own());
    for (Provide provide : pkg.provides()) {
      Offer offer = new Offer(candidate, name(provide.name()), provide.version());
      offer.name().offers().add(offer);
      candidate.provided().add(offer);
    }
    List<Candidate.Need> conditions = needs(pkg.installIf());
    // apk ignores all conditions of a package if one has an invalid version.
    if (!conditions.isEmpty() && pkg.installIf().stream().allMatch(Dependency::hasValidVersion)) {
      candidate.addConditions(conditions);
      conditional.add(name);
      candidate.provided().forEach(offer -> conditional.add(offer.name()));
    }
    return candidate;
  }

  private void enterAdditions() {
    List<Name> names = new ArrayList<>(conditional);
    names.sort(NameTable.ORDER);
    for (Name name : names) {
      for (Offer offer : name.offers()) {
        offer.candidate().conditions().forEach(need -> need.name().addAddition(name));
      }
    }
  }

  private List<Candidate.Need> needs(List<Dependency> dependencies) {
    List<Candidate.Need> needs = new ArrayList<>(dependencies.size());
    for (Dependency dependency : dependencies) {
      needs.add(new Candidate.Need(dependency, name(dependency.name())));
    }
    return needs;
  }
}
