package ai.opencode.sandbox.apk;

import org.jspecify.annotations.Nullable;

/**
 * A dependency together with the package that declares it.
 *
 * @param dependency the dependency
 * @param requirer the package with the dependency; null if the user requests it
 */
public record Constraint(Dependency dependency, @Nullable ApkPackage requirer) {

  /** Returns {@code curl-8.1.2-r0 (libcurl=8.1.2-r0)}, or {@code world (curl)} for a request. */
  @Override
  public String toString() {
    return requirer == null
        ? "world (" + dependency + ")"
        : requirer.label() + " (" + dependency + ")";
  }
}
