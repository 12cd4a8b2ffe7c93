package ai.opencode.sandbox.npm;

import java.util.ArrayList;
import java.util.List;

/**
 * The platforms that a package supports: the fields {@code os}, {@code cpu} and {@code libc} of its
 * manifest. An empty list allows every platform; {@code !win32} excludes one.
 */
public record PlatformConstraint(List<String> os, List<String> cpu, List<String> libc) {

  static final PlatformConstraint ANYWHERE =
      new PlatformConstraint(List.of(), List.of(), List.of());

  public PlatformConstraint {
    os = List.copyOf(os);
    cpu = List.copyOf(cpu);
    libc = List.copyOf(libc);
  }

  public boolean allows(NpmPlatform platform) {
    return allows(os, platform.os())
        && allows(cpu, platform.cpu())
        && allows(libc, platform.libc());
  }

  /**
   * Applies npm's rule: no negated value may match, and if there are other values, one of them
   * must.
   */
  private static boolean allows(List<String> values, String actual) {
    if (values.isEmpty() || values.equals(List.of("any"))) {
      return true;
    }
    boolean onlyNegated = true;
    boolean matched = false;
    for (String value : values) {
      if (value.startsWith("!")) {
        if (value.substring(1).equals(actual)) {
          return false;
        }
      } else {
        onlyNegated = false;
        matched |= value.equals(actual);
      }
    }
    return matched || onlyNegated;
  }

  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    addTo(parts, "os", os);
    addTo(parts, "cpu", cpu);
    addTo(parts, "libc", libc);
    return parts.isEmpty() ? "any platform" : String.join(", ", parts);
  }

  private static void addTo(List<String> parts, String field, List<String> values) {
    if (!values.isEmpty()) {
      parts.add(field + " " + String.join("|", values));
    }
  }
}
