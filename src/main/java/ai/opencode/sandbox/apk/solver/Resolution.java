package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Constraint;
import ai.opencode.sandbox.apk.Repository;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A set of packages that satisfies a request, in the order in which apk would install them.
 *
 * @param chosen each package after its dependencies
 * @param removed installed packages that are not part of the set
 */
public record Resolution(List<Chosen> chosen, List<ApkPackage> removed) {

  /**
   * One package of the result.
   *
   * @param repository the repository of the package; null for a package that is installed and stays
   * @param reason the dependency that requires the package; null if no selected package leads to it
   */
  public record Chosen(
      ApkPackage pkg, @Nullable Repository repository, @Nullable Constraint reason) {

    /** Returns the name of a package that requires this one; null for a requested package. */
    public @Nullable String requirer() {
      ApkPackage requirer = reason == null ? null : reason.requirer();
      return requirer == null ? null : requirer.name();
    }

    public boolean isInstalled() {
      return repository == null;
    }
  }

  public Resolution {
    chosen = List.copyOf(chosen);
    removed = List.copyOf(removed);
  }

  /** Returns the packages that have to be installed, in order. */
  public List<Chosen> added() {
    return chosen.stream().filter(choice -> !choice.isInstalled()).toList();
  }

  /**
   * Returns the chain of dependencies from a package up to the request; empty if the package is not
   * part of the result.
   */
  public List<Chosen> why(String name) {
    Map<String, Chosen> byName = new LinkedHashMap<>();
    chosen.forEach(choice -> byName.put(choice.pkg().name(), choice));
    List<Chosen> chain = new ArrayList<>();
    String next = name;
    while (next != null && chain.size() <= chosen.size()) {
      Chosen choice = byName.get(next);
      if (choice == null) {
        break;
      }
      chain.add(choice);
      next = choice.requirer();
    }
    return Collections.unmodifiableList(chain);
  }
}
