package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.failure.ResolutionException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Signals that no selection of packages satisfies a request, with the reason. */
final class Unsatisfied extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Explanation explanation;
  private final transient Name name;
  private final transient @Nullable Candidate requirer;

  /** Creates an exception for a name for which no package can be selected. */
  Unsatisfied(Name name) {
    this(Explanation.of(name), name, null);
  }

  private Unsatisfied(Explanation explanation, Name name, @Nullable Candidate requirer) {
    super(explanation.text(), null, false, false);
    this.explanation = explanation;
    this.name = name;
    this.requirer = requirer;
  }

  /**
   * Creates an exception for a dependency that the package selected for its name does not satisfy.
   *
   * @param need the dependency
   * @param requirer the package with the dependency; null if the request itself has it
   */
  Unsatisfied(Candidate.Need need, @Nullable Candidate requirer) {
    this(Explanation.of(need, requirer), need.name(), requirer);
  }

  /** Returns the failure of the request. */
  ResolutionException asFailure() {
    return ResolutionException.of(explanation.text(), explanation.subjects());
  }

  /**
   * Returns the preferred builds that are not involved in this failure, so that a second selection
   * can prefer these only. Returns no build if none of them is involved, because a second selection
   * would then fail too.
   */
  List<ApkPackage> uninvolved(List<ApkPackage> preferred) {
    Set<Checksum> involved = new HashSet<>();
    if (requirer != null) {
      involved.add(requirer.pkg().checksum());
    }
    for (Name.Demand demand : name.demands()) {
      Candidate other = demand.requirer();
      if (other != null) {
        involved.add(other.pkg().checksum());
      }
    }
    name.offers().forEach(offer -> involved.add(offer.candidate().pkg().checksum()));
    List<ApkPackage> others =
        preferred.stream().filter(pkg -> !involved.contains(pkg.checksum())).toList();
    return others.size() == preferred.size() ? List.of() : others;
  }
}
