package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.Constraint;
import ai.opencode.sandbox.apk.Dependency;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The message about a request that no packages satisfy: the name for which none can be selected,
 * the packages of that name, and the advice what to change. It keeps the names that it tells.
 */
final class Explanation {

  private static final int MOST = 5;

  private final Set<String> subjects = new TreeSet<>();
  private final String text;

  private Explanation(Name name) {
    text = text(name);
  }

  private Explanation(Candidate.Need need, @Nullable Candidate requirer) {
    text = text(need, requirer);
  }

  /** Explains why no package was selected for a name. */
  static Explanation of(Name name) {
    return new Explanation(name);
  }

  /** Explains that the package selected for a name does not satisfy a dependency on the name. */
  static Explanation of(Candidate.Need need, @Nullable Candidate requirer) {
    return new Explanation(need, requirer);
  }

  String text() {
    return text;
  }

  /** Returns the names in the message: of packages, and those that packages provide. */
  Set<String> subjects() {
    return subjects;
  }

  private String text(Name name) {
    List<Offer> offers = name.offers();
    String requiredBy = requiredBy(name);
    if (offers.isEmpty()) {
      return named(name)
          + " is in none of the repositories (required by "
          + requiredBy
          + "). Check its name, or add the repository that has it.";
    }
    boolean anyVersionWillDo =
        name.demands().stream().allMatch(demand -> demand.need().dependency().version() == null);
    if (anyVersionWillDo && offers.stream().noneMatch(Offer::hasVersion)) {
      return named(name)
          + " (required by "
          + requiredBy
          + (offers.size() == 1
              ? ") is provided without a version, and apk chooses no such package by itself: "
              : ") is provided by several packages, and none of them is preferred: ")
          + String.join(
              ", ", offers.stream().limit(MOST).map(each -> named(each.candidate())).toList())
          + more(offers.size())
          + (offers.size() == 1
              ? ". Ask for it by its name."
              : ". Ask for one of them by its name.");
    }
    Reason reason = new Reason(this);
    List<String> reasons =
        offers.stream().limit(MOST).map(offer -> reason.of(offer, name)).distinct().toList();
    return named(name)
        + " (required by "
        + requiredBy
        + ") cannot be selected: "
        + String.join(", ", reasons)
        + more(offers.size())
        + ". Relax the request, or add a repository that has another version.";
  }

  private String text(Candidate.Need need, @Nullable Candidate requirer) {
    Candidate owner = need.name().owner();
    if (owner == null) {
      return text(need.name());
    }
    return named(owner)
        + " (required by "
        + requiredBy(need.name())
        + ") does not satisfy "
        + constraint(need, requirer)
        + ". Leave one of the two out.";
  }

  private String requiredBy(Name name) {
    List<String> all = new ArrayList<>();
    for (Name.Demand demand : name.demands()) {
      if (!demand.need().dependency().conflict() && all.size() < MOST) {
        all.add(constraint(demand.need(), demand.requirer()));
      }
    }
    return all.isEmpty() ? "several packages" : String.join(", ", all);
  }

  String constraint(Candidate.Need need, @Nullable Candidate requirer) {
    subjects.add(need.dependency().name());
    if (requirer != null) {
      named(requirer);
    }
    return new Constraint(need.dependency(), requirer == null ? null : requirer.pkg()).toString();
  }

  String named(Name name) {
    subjects.add(name.toString());
    return name.toString();
  }

  String named(Candidate candidate) {
    subjects.add(candidate.pkg().name());
    return candidate.toString();
  }

  String named(Dependency dependency) {
    subjects.add(dependency.name());
    return dependency.toString();
  }

  private static String more(int count) {
    return count > MOST ? " and " + (count - MOST) + " more" : "";
  }
}
