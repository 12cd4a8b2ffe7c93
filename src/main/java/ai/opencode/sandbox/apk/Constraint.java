package ai.opencode.sandbox.apk;

import org.jspecify.annotations.Nullable;

/**
 * A dependency together with who has it.
 *
 * @param requirer null for what was asked for
 */
public record Constraint(Dependency dependency, @Nullable ApkPackage requirer) {

  public String requiredBy() {
    return requirer == null
        ? "world (" + dependency + ")"
        : requirer.label() + " (" + dependency + ")";
  }
}
