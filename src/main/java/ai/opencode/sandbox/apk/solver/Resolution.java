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
 * @param chosen dependencies before what depends on them
 * @param removed installed packages that the result does without
 */
public record Resolution(List<Chosen> chosen, List<ApkPackage> removed) {

  /**
   * One package of the result.
   *
   * @param repository where it comes from; null for a package that is installed and stays
   * @param requiredBy the dependency that pulled it in and the package that has it, {@code curl
   *     (libcurl=8.1.1-r1)}, or {@code world} for what was asked for
   * @param requirer name of that package; null for {@code world}
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

  /** The packages that have to be installed, in order. */
  public List<Chosen> added() {
    return chosen.stream().filter(choice -> !choice.isInstalled()).toList();
  }

  /**
   * The chain that pulls a package in, from the package to what was asked for; empty where the
   * package is not in the result.
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
