package ai.opencode.sandbox.apk.solver;

/** The treatment of newer versions of the packages that a request names. */
public enum Renewal {
  /** An installed version is kept if it satisfies the request. */
  NONE,
  /** The newest version that satisfies the request is selected. */
  UPGRADE,
  /** The newest version is selected; the request fails if that version does not satisfy it. */
  LATEST;

  /** Returns the stronger of two. */
  Renewal or(Renewal other) {
    return compareTo(other) < 0 ? other : this;
  }
}
