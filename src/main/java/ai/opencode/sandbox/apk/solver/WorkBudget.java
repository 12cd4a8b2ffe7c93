package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.failure.ResolutionException;

/**
 * The work that one request may cost, in steps: looking at one constraint, one name or one
 * candidate is a step. Steps are counted and not seconds, so that a request ends the same way on
 * every machine.
 */
final class WorkBudget {

  /**
   * Of Alpine 3.18 with main and community, git with build-base, python3 and nodejs takes 0.014
   * million steps, GNOME 0.5 million, KDE's applications 1.5 million, and those two with TeX Live
   * and LibreOffice 3.0 million.
   */
  static final long STEPS = 40_000_000;

  private long left;

  private WorkBudget(long steps) {
    this.left = steps;
  }

  static WorkBudget standard() {
    return new WorkBudget(STEPS);
  }

  /**
   * Takes steps out of the budget.
   *
   * @throws ResolutionException where fewer are left
   */
  void spend(long steps) {
    left -= steps;
    if (left < 0) {
      throw new ResolutionException(
          "Choosing packages takes more than "
              + STEPS / 1_000_000
              + " million steps, because the repositories tie too many packages to each other; ask"
              + " for fewer packages at a time, or leave out the repository that does so");
    }
  }
}
