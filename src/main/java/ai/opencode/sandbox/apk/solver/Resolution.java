package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
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
   * @param repository its source; null for a package that is installed and stays
   * @param requiredBy a package with the dependency that requires this one, {@code curl-8.1.2-r0
   *     (libcurl=8.1.2-r0)}, or {@code world (curl)} for a requested package
   * @param requirer name of that package; null for a requested package
   */
  public record Chosen(
      ApkPackage pkg,
      @Nullable Repository repository,
      String requiredBy,
      @Nullable String requirer) {

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
  public List<String> why(String name) {
    Map<String, Chosen> byName = new LinkedHashMap<>();
    chosen.forEach(choice -> byName.put(choice.pkg().name(), choice));
    List<String> chain = new ArrayList<>();
    String next = name;
    while (next != null && chain.size() <= chosen.size()) {
      Chosen choice = byName.get(next);
      if (choice == null) {
        break;
      }
      chain.add(choice.pkg().label() + ", required by " + choice.requiredBy());
      next = choice.requirer();
    }
    return Collections.unmodifiableList(chain);
  }
}
