package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.RealApk;
import ai.opencode.sandbox.failure.ResolutionException;
import java.util.List;

/**
 * The outcome of a request, for comparisons between the solver and the real apk.
 *
 * @param added labels in the order of installation
 * @param removed names, sorted
 */
record Outcome(boolean refused, List<String> added, List<String> removed) {

  private static final Outcome REFUSED = new Outcome(true, List.of(), List.of());

  static Outcome given(List<String> added, List<String> removed) {
    return new Outcome(false, added, removed.stream().sorted().toList());
  }

  static Outcome of(RealApk.Answer answer) {
    return answer.errors() > 0 ? REFUSED : given(answer.changed(), answer.removed());
  }

  static Outcome of(SolverRequest request) {
    try {
      Resolution resolution = Solver.solve(request);
      return given(
          resolution.added().stream().map(choice -> choice.pkg().label()).toList(),
          resolution.removed().stream().map(ApkPackage::name).toList());
    } catch (ResolutionException e) {
      return REFUSED;
    }
  }

  static Outcome of(SolverCase rule) {
    return rule.refusal() != null
        ? REFUSED
        : given(
            rule.added().stream().map(label -> label.replaceFirst("@.*", "")).toList(),
            rule.removed());
  }

  @Override
  public String toString() {
    return refused ? "refused" : "gives " + added + " removes " + removed;
  }
}
