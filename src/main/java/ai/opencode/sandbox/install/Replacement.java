package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.failure.VerificationException;
import org.jspecify.annotations.Nullable;

/** apk's rule for a file that two packages have (apk-tools, database.c). */
final class Replacement {

  private Replacement() {}

  /**
   * Whether a package gets a file that another one owns.
   *
   * @param owner null where the owner is not installed any more
   * @param path of the file, for a failure
   * @throws VerificationException where neither says that it replaces the other
   */
  static boolean takesOver(ApkPackage pkg, @Nullable ApkPackage owner, String path) {
    if (owner == null || (!owner.origin().isEmpty() && owner.origin().equals(pkg.origin()))) {
      return true;
    }
    int mine = priority(pkg, owner);
    int theirs = priority(owner, pkg);
    if (mine < 0 && theirs < 0) {
      throw new VerificationException(
          pkg.fileName()
              + ": trying to overwrite /"
              + path
              + ", which "
              + owner.label()
              + " owns; leave one of the two out");
    }
    return theirs <= mine;
  }

  private static int priority(ApkPackage pkg, ApkPackage other) {
    boolean replaces =
        pkg.replaces().stream()
            .anyMatch(
                dependency ->
                    dependency.name().equals(other.name()) && dependency.accepts(other.version()));
    return replaces ? pkg.replacesPriority() : -1;
  }
}
