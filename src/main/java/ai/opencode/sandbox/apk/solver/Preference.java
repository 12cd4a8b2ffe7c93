package ai.opencode.sandbox.apk.solver;

/** apk's preference between two packages under the same name. */
final class Preference {

  private Preference() {}

  /** Returns a positive number if the left offer is preferred, a negative one for the right. */
  static int compare(Offer left, Offer right) {
    Candidate a = left.candidate();
    Candidate b = right.candidate();
    Renewal renewal = a.renewal.or(b.renewal);
    int order =
        renewal == Renewal.LATEST && isUntagged(a) && isUntagged(b)
            ? Boolean.compare(a.permitted, b.permitted)
            : compareState(a, b, renewal);
    if (order == 0) {
      order = left.comparedVersion().compareTo(right.comparedVersion());
    }
    if (order == 0 && a.own().name() == b.own().name()) {
      order = a.pkg().version().compareTo(b.pkg().version());
    }
    if (order == 0) {
      order = Integer.compare(a.pkg().providerPriority(), b.pkg().providerPriority());
    }
    if (order == 0) {
      order = Boolean.compare(a.isKept(), b.isKept());
    }
    if (order == 0) {
      order = Boolean.compare(a.possible, b.possible);
    }
    return order == 0 ? Integer.compare(b.position(), a.position()) : order;
  }

  private static int compareState(Candidate a, Candidate b, Renewal renewal) {
    int order = Boolean.compare(a.possible, b.possible);
    if (order == 0) {
      order = Boolean.compare(a.passedOn, b.passedOn);
    }
    if (order == 0) {
      order = Integer.compare(b.broken, a.broken);
    }
    if (order == 0) {
      order = Boolean.compare(a.permitted, b.permitted);
    }
    if (order == 0) {
      order = Boolean.compare(a.fromPreferred, b.fromPreferred);
    }
    if (order == 0) {
      order =
          renewal == Renewal.UPGRADE
              ? Boolean.compare(a.isPreferred(), b.isPreferred())
              : Boolean.compare(a.isKept(), b.isKept());
    }
    return order;
  }

  /** Returns whether the candidate may only come from repositories without a tag. */
  private static boolean isUntagged(Candidate candidate) {
    return candidate.tags == Catalog.UNTAGGED;
  }
}
