package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.failure.ResolutionException;

/**
 * The work that one request may cost. The visit of one dependency, name or candidate is a step.
 * Steps are counted instead of seconds, so that a request ends the same way on every machine.
 */
final class WorkBudget {

  /**
   * The most steps. On Alpine 3.18 with main and community, git with build-base, python3 and nodejs
   * takes 2.0 million, most of them to rank all names; GNOME takes 2.9 million, and GNOME with
   * KDE's applications, TeX Live and LibreOffice 7.4 million.
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
   * @throws ResolutionException if fewer are left
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
