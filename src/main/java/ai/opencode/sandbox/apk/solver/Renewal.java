package ai.opencode.sandbox.apk.solver;

/** The treatment of newer versions of the packages that a request names. */
public enum Renewal {
  /** An installed version is kept if it satisfies the request. */
  NONE,
  /** The newest version is selected, but not of the packages that it needs. */
  UPGRADE_ALONE,
  /** The newest version that satisfies the request is selected. */
  UPGRADE,
  /** The newest version is selected; the request fails if that version does not satisfy it. */
  LATEST;

  /** Returns the treatment of the packages that a request names. */
  Renewal ofNamed() {
    return this == UPGRADE_ALONE ? UPGRADE : this;
  }

  /** Returns the treatment of the packages that these need. */
  Renewal ofNeeded() {
    return this == UPGRADE_ALONE ? NONE : this;
  }

  /** Returns the stronger of two. */
  Renewal or(Renewal other) {
    return compareTo(other) < 0 ? other : this;
  }
}
