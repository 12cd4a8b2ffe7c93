package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The end of a selection that has no result, with the explanation for the user. */
final class Unsatisfied extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Name name;
  private final transient @Nullable Candidate requirer;

  /** No package can be selected for a name. */
  Unsatisfied(Name name) {
    super(Explanation.of(name), null, false, false);
    this.name = name;
    this.requirer = null;
  }

  /** The package that was selected for a name does not satisfy a dependency on it. */
  Unsatisfied(Candidate.Need need, @Nullable Candidate requirer) {
    super(Explanation.of(need, requirer), null, false, false);
    this.name = need.name();
    this.requirer = requirer;
  }

  /**
   * Returns preferred builds without those that are involved; no build if none of them is involved.
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
