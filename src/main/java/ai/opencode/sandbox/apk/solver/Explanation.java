package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.Constraint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The message about a request that no packages satisfy: the name for which none can be selected,
 * the packages of that name, and the advice what to change.
 */
final class Explanation {

  private static final int MOST = 5;

  private Explanation() {}

  /** Explains why no package was selected for a name. */
  static String of(Name name) {
    List<Offer> offers = name.offers();
    String requiredBy = requiredBy(name);
    if (offers.isEmpty()) {
      return name
          + " is in none of the repositories (required by "
          + requiredBy
          + "). Check its name, or add the repository that has it.";
    }
    boolean anyVersionWillDo =
        name.demands().stream().allMatch(demand -> demand.need().dependency().version() == null);
    if (anyVersionWillDo && offers.stream().noneMatch(Offer::hasVersion)) {
      return name
          + " (required by "
          + requiredBy
          + ") is provided by several packages, and none of them is preferred: "
          + String.join(", ", offers.stream().limit(MOST).map(Offer::toString).toList())
          + more(offers.size())
          + ". Ask for one of them by its name.";
    }
    List<String> reasons =
        offers.stream().limit(MOST).map(offer -> Reason.of(offer, name)).distinct().toList();
    return name
        + " (required by "
        + requiredBy
        + ") cannot be selected: "
        + String.join(", ", reasons)
        + more(offers.size())
        + ". Relax the request, or add a repository that has another version.";
  }

  /** Explains that the package selected for a name does not satisfy a dependency on the name. */
  static String of(Candidate.Need need, @Nullable Candidate requirer) {
    Candidate owner = need.name().owner();
    if (owner == null) {
      return of(need.name());
    }
    return owner
        + " (required by "
        + requiredBy(need.name())
        + ") does not satisfy "
        + constraint(need, requirer)
        + ". Leave one of the two out.";
  }

  private static String requiredBy(Name name) {
    List<String> all = new ArrayList<>();
    for (Name.Demand demand : name.demands()) {
      if (!demand.need().dependency().conflict() && all.size() < MOST) {
        all.add(constraint(demand.need(), demand.requirer()));
      }
    }
    return all.isEmpty() ? "several packages" : String.join(", ", all);
  }

  static String constraint(Candidate.Need need, @Nullable Candidate requirer) {
    return new Constraint(need.dependency(), requirer == null ? null : requirer.pkg()).toString();
  }

  private static String more(int count) {
    return count > MOST ? " and " + (count - MOST) + " more" : "";
  }
}
