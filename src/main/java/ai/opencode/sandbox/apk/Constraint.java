package ai.opencode.sandbox.apk;

import org.jspecify.annotations.Nullable;

/**
 * A dependency together with the package that declares it.
 *
 * @param requirer null for a requested package
 */
public record Constraint(Dependency dependency, @Nullable ApkPackage requirer) {

  public String requiredBy() {
    return requirer == null
        ? "world (" + dependency + ")"
        : requirer.label() + " (" + dependency + ")";
  }
}
