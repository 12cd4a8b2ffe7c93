package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Constraint;
import ai.opencode.sandbox.apk.Dependency;
import java.util.ArrayList;
import java.util.List;

/** Why a name cannot be had: what was asked, what stands against it, what would help. */
final class Explanation {

  private static final int MOST = 5;

  private Explanation() {}

  static String of(String name, Prospects prospects) {
    List<Constraint> constraints = prospects.constraints(name);
    List<Candidate> candidates = prospects.named(name);
    String asked = required(constraints);
    if (candidates.isEmpty()) {
      return name
          + " is in none of the repositories (required by "
          + asked
          + "); check its name, or add the repository that has it";
    }
    List<String> shown =
        candidates.stream()
            .limit(MOST)
            .map(candidate -> reason(name, candidate, prospects))
            .toList();
    String more = candidates.size() > MOST ? ", and " + (candidates.size() - MOST) + " more" : "";
    if (candidates.stream().allMatch(c -> c.versionAs(name) == null)
        && constraints.stream().allMatch(c -> c.dependency().version() == null)) {
      return name
          + " (required by "
          + asked
          + ") is provided by several packages and none is preferred; ask for one of them by name: "
          + String.join(", ", shown)
          + more;
    }
    return name
        + " (required by "
        + asked
        + ") cannot be chosen: "
        + String.join("; ", shown)
        + more
        + "; relax what was asked, or add a repository that has another version";
  }

  private static String required(List<Constraint> constraints) {
    return String.join(
        ", ",
        constraints.stream()
            .filter(c -> !c.dependency().conflict())
            .map(Constraint::requiredBy)
            .limit(MOST)
            .toList());
  }

  private static String reason(String name, Candidate candidate, Prospects prospects) {
    String label = candidate.pkg().label();
    ApkVersion version = candidate.versionAs(name);
    for (Constraint constraint : prospects.constraints(name)) {
      Dependency dependency = constraint.dependency();
      if (dependency.conflict() == dependency.accepts(version)) {
        return label + " breaks " + constraint.requiredBy();
      }
    }
    List<String> names = new ArrayList<>(List.of(candidate.pkg().name()));
    candidate.pkg().provides().forEach(provide -> names.add(provide.name()));
    for (String other : names) {
      Candidate owner = prospects.owner(other);
      if (owner != null && owner != candidate && candidate.versionAs(other) != null) {
        return label + " conflicts with " + owner.pkg().label() + " (both are " + other + ")";
      }
      for (Constraint constraint : prospects.constraints(other)) {
        Dependency dependency = constraint.dependency();
        if (dependency.conflict() == dependency.accepts(candidate.versionAs(other))) {
          return label + " breaks " + constraint.requiredBy();
        }
      }
    }
    for (Dependency dependency : candidate.pkg().depends()) {
      if (!dependency.conflict()
          && prospects.named(dependency.name()).stream()
              .noneMatch(option -> dependency.accepts(option.versionAs(dependency.name())))) {
        return label + " needs " + dependency + ", which is in none of the repositories";
      }
    }
    return version == null ? label : label + " has dependencies that cannot be satisfied";
  }
}
