package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Dependency;
import org.jspecify.annotations.Nullable;

/**
 * A package under one of its names.
 *
 * @param version the version of the name; null for a name that is provided without a version, which
 *     several selected packages may share
 */
record Offer(Candidate candidate, Name name, @Nullable ApkVersion version) {

  private static final ApkVersion NONE = ApkVersion.of("");

  boolean hasVersion() {
    return version != null;
  }

  /**
   * Returns whether the package may be selected although its own name is not required. A name
   * without a version is no reason to select a package that does not declare a priority.
   */
  boolean isSelectable() {
    return hasVersion()
        || candidate.pkg().providerPriority() > 0
        || candidate.own().name().required();
  }

  /**
   * Returns whether this satisfies a dependency.
   *
   * @param requirer the package that has the dependency; null for the request
   */
  boolean satisfies(Dependency dependency, @Nullable Candidate requirer) {
    if (dependency.conflict() && candidate == requirer) {
      return true;
    }
    if (dependency.isByChecksum()) {
      return !dependency.conflict() && candidate.hasChecksum(dependency.version());
    }
    return dependency.conflict() != matches(dependency);
  }

  private boolean matches(Dependency dependency) {
    String wanted = dependency.version();
    if (wanted == null) {
      return true;
    }
    if (version != null && version.isValid()) {
      return dependency.accepts(version);
    }
    int order = comparedVersion().compareTo(ApkVersion.of(wanted));
    String operator = dependency.operator();
    return order == 0
        ? operator.contains("=") || operator.contains("~")
        : operator.contains(order < 0 ? "<" : ">");
  }

  /** Returns the version for comparisons, in which a name without one is the oldest. */
  ApkVersion comparedVersion() {
    return version == null ? NONE : version;
  }

  @Override
  public String toString() {
    return candidate.toString();
  }
}
