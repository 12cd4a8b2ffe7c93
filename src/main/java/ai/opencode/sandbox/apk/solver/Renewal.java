package ai.opencode.sandbox.apk.solver;

/** The choice whether newer versions replace the installed versions of packages. */
public enum Renewal {
  /** An installed version is kept if it satisfies the request. */
  NONE,
  /**
   * The newest version of each package that the request names is selected. The packages that these
   * need keep their versions.
   */
  UPGRADE_ALONE,
  /** The newest version that satisfies the request is selected. */
  UPGRADE,
  /** The newest version is selected; the request fails if that version does not satisfy it. */
  LATEST;

  /** Returns the choice for the packages that a request names. */
  Renewal ofNamed() {
    return this == UPGRADE_ALONE ? UPGRADE : this;
  }

  /** Returns the choice for the packages that the named packages need. */
  Renewal ofNeeded() {
    return this == UPGRADE_ALONE ? NONE : this;
  }

  /** Returns the one of two choices that replaces more versions. */
  Renewal or(Renewal other) {
    return compareTo(other) < 0 ? other : this;
  }
}
