package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.failure.ResolutionException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The Debian packages that make up one package of the table: the listed ones and those that the
 * recipe absorbs. Each library that these depend on becomes a package of its own. Other
 * dependencies (perl, debconf) are needed only by Debian's own tools and left out.
 *
 * @param debs the Debian packages in the order in which they are unpacked: as the recipe lists
 *     them, then by name
 */
record DebianSelection(PackageRecipe recipe, List<DebianPackage> debs) {

  DebianSelection {
    Comparator<DebianPackage> listedFirst =
        Comparator.comparingInt(
            deb -> {
              int at = recipe.debs().indexOf(deb.name());
              return at < 0 ? Integer.MAX_VALUE : at;
            });
    debs = debs.stream().sorted(listedFirst.thenComparing(DebianPackage::name)).toList();
  }

  /** Returns the Debian package whose name and description the package inherits. */
  DebianPackage primary() {
    return debs.get(0);
  }

  /**
   * Returns the Debian package whose version the package inherits: the largest. Debian's small
   * packages only depend on it ({@code python3} on {@code python3.11}) and keep their version when
   * it changes.
   */
  DebianPackage bulk() {
    return debs.stream()
        .max(Comparator.comparingInt(DebianPackage::size).thenComparing(DebianPackage::name))
        .orElseThrow();
  }

  /**
   * Follows the dependencies of all packages in the table.
   *
   * @throws ResolutionException if apt does not know a listed package
   */
  static List<DebianSelection> of(List<PackageRecipe> table, Apt apt) throws IOException {
    Set<String> roots = new LinkedHashSet<>();
    table.forEach(recipe -> roots.addAll(recipe.debs()));
    Map<String, DebianPackage> known = apt.show(apt.closure(roots));
    if (known.isEmpty()) {
      apt.fetchLists();
      known = apt.show(apt.closure(roots));
    }
    requireAll(roots, known);

    Map<String, PackageRecipe> recipes = new TreeMap<>();
    Map<String, Set<DebianPackage>> chosen = new TreeMap<>();
    table.forEach(recipe -> recipes.put(recipe.name(), recipe));
    Set<String> seen = new LinkedHashSet<>(roots);
    Deque<String> open = new ArrayDeque<>(roots);
    while (!open.isEmpty()) {
      String name = open.remove();
      DebianPackage debian = known.get(name);
      Optional<PackageRecipe> owner = PackageTable.owner(table, name);
      if (debian == null || (owner.isEmpty() && !PackageTable.isLibrary(debian))) {
        continue;
      }
      String target = owner.map(PackageRecipe::name).orElse(PackageTable.libraryName(name));
      recipes.computeIfAbsent(target, PackageRecipe::named);
      chosen.computeIfAbsent(target, key -> new LinkedHashSet<>()).add(debian);
      for (List<String> alternatives : debian.depends()) {
        alternatives.stream()
            .filter(known::containsKey)
            .findFirst()
            .filter(seen::add)
            .ifPresent(open::add);
      }
    }
    List<DebianSelection> selections = new ArrayList<>();
    chosen.forEach(
        (name, debs) -> {
          PackageRecipe recipe = recipes.getOrDefault(name, PackageRecipe.named(name));
          selections.add(new DebianSelection(recipe, List.copyOf(debs)));
        });
    return selections;
  }

  private static void requireAll(Set<String> roots, Map<String, DebianPackage> known) {
    List<String> missing = roots.stream().filter(name -> !known.containsKey(name)).toList();
    if (!missing.isEmpty()) {
      throw new ResolutionException(
          "The stand-in needs Debian packages that apt does not know: "
              + String.join(", ", missing)
              + ". Check the components in apt's sources.");
    }
  }
}
