package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Constraint;
import ai.opencode.sandbox.apk.Dependency;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The demands on names, and the packages that answer to them; nothing is ever taken back. */
final class Demands {

  /** The constraints on a name: all of them, and those that say something new. */
  private static final class Asked {
    private final List<Constraint> all = new ArrayList<>(1);
    private final List<Constraint> different = new ArrayList<>(1);
    private final Set<Object> seen = new HashSet<>();

    boolean add(Constraint constraint) {
      all.add(constraint);
      // A package may conflict with a name that it provides itself, so its conflicts are its own.
      Object meaning = constraint.dependency().conflict() ? constraint : constraint.dependency();
      return seen.add(meaning) && different.add(constraint);
    }
  }

  private final Map<String, List<Candidate>> byName;
  private final WorkBudget budget;
  private final Map<String, Asked> asked = new HashMap<>();
  private final Set<String> required = new HashSet<>();
  private final Map<String, Set<String>> allowedTags = new HashMap<>();
  private final Map<String, Candidate> owners = new HashMap<>();

  Demands(Map<String, List<Candidate>> byName, WorkBudget budget) {
    this.byName = byName;
    this.budget = budget;
  }

  List<Candidate> named(String name) {
    return byName.getOrDefault(name, List.of());
  }

  /** Adds a constraint; says whether it means something new. */
  boolean add(Constraint constraint) {
    return asked.computeIfAbsent(constraint.dependency().name(), n -> new Asked()).add(constraint);
  }

  /** The constraints on a name, in the order in which they came. */
  List<Constraint> constraints(String name) {
    Asked known = asked.get(name);
    return known == null ? List.of() : known.all;
  }

  /** Those of them that say something new. */
  List<Constraint> differentConstraints(String name) {
    Asked known = asked.get(name);
    return known == null ? List.of() : known.different;
  }

  /** Asks for a name; says whether nobody did before. */
  boolean addRequired(String name) {
    return required.add(name);
  }

  boolean isRequired(String name) {
    return required.contains(name);
  }

  /** The chosen package that answers to a name. */
  @Nullable Candidate owner(String name) {
    return owners.get(name);
  }

  boolean isOwned(String name) {
    return owners.containsKey(name);
  }

  /** Has a package answer to its own name; returns the one that did. */
  @Nullable Candidate own(Candidate candidate) {
    return owners.put(candidate.pkg().name(), candidate);
  }

  /** Has a package answer to a name that it provides, unless one does already. */
  boolean ownIfFree(String name, Candidate candidate) {
    return owners.putIfAbsent(name, candidate) == null;
  }

  /** Lets a name come from repositories with these tags too; says whether that is new. */
  boolean allow(String name, Set<String> tags) {
    return !tags.isEmpty() && allowedTags.computeIfAbsent(name, n -> new TreeSet<>()).addAll(tags);
  }

  /** Whether anything may come from a tagged repository. */
  boolean namesTags() {
    return !allowedTags.isEmpty();
  }

  boolean isAllowed(Candidate candidate, String name) {
    return candidate.untagged()
        || allowedTags.getOrDefault(name, Set.of()).stream().anyMatch(candidate::tagged)
        || allowedTags(candidate).stream().anyMatch(candidate::tagged);
  }

  /** The tags that a candidate may come from under any of its names. */
  Set<String> allowedTags(Candidate candidate) {
    if (allowedTags.isEmpty()) {
      return Set.of();
    }
    Set<String> tags = new TreeSet<>();
    for (String name : candidate.names()) {
      budget.spend(1);
      tags.addAll(allowedTags.getOrDefault(name, Set.of()));
    }
    return tags;
  }

  /** Whether a package may be chosen as far as one constraint on one of its names goes. */
  static boolean satisfies(Candidate candidate, Constraint constraint) {
    Dependency dependency = constraint.dependency();
    ApkVersion version = candidate.versionAs(dependency.name());
    if (dependency.isByChecksum()) {
      return ("Q1" + dependency.version()).contains(candidate.pkg().checksum().toString());
    }
    if (dependency.conflict()) {
      return candidate.pkg().equals(constraint.requirer()) || !dependency.accepts(version);
    }
    return version == null || dependency.accepts(version);
  }
}
