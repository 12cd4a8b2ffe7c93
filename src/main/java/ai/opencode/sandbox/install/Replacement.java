package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.failure.VerificationException;
import org.jspecify.annotations.Nullable;

/** The rule by which apk handles a file that two packages contain (apk-tools, database.c). */
final class Replacement {

  private Replacement() {}

  /**
   * Returns whether a package that is being installed takes over a file that another package owns.
   * A package takes over the files of packages from the same source ({@code origin}); under apk 3,
   * only if the owner has no higher {@code replaces_priority} for the package.
   *
   * @param pkg the package that is being installed
   * @param owner the package that owns the file; null if that is no longer installed
   * @param path the path of the file, for the message
   * @param apk3 whether the rule is that of apk 3 instead of apk 2
   * @throws VerificationException if neither package replaces the other
   */
  static boolean takesOver(ApkPackage pkg, @Nullable ApkPackage owner, String path, boolean apk3) {
    if (owner == null) {
      return true;
    }
    boolean isOfSameOrigin = !owner.origin().isEmpty() && owner.origin().equals(pkg.origin());
    if (isOfSameOrigin && !apk3) {
      return true;
    }
    int mine = priority(pkg, owner);
    int theirs = priority(owner, pkg);
    if (isOfSameOrigin) {
      return theirs <= mine;
    }
    if (mine < 0 && theirs < 0) {
      throw new VerificationException(
          pkg.fileName()
              + ": trying to overwrite /"
              + path
              + ", which "
              + owner.label()
              + " owns. Leave one of the two packages out.");
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
