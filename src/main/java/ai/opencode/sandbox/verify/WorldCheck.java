package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.inspect.content.Flaws;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * Checks that the requested packages and all their dependencies are installed, and that apk would
 * remove nothing.
 */
final class WorldCheck implements Check {

  private static final String WORLD = "etc/apk/world";

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "database-dependency", "every dependency of a package is installed",
        "database-orphan", "every package is required by a request in the world file",
        "world", "the world file lists the requested packages, and all of them are installed");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    if (image.database() == null) {
      return;
    }
    List<ApkPackage> packages = image.packages().stream().map(InstalledPackage::pkg).toList();
    List<Dependency> world = world(image, flaws);
    for (String asked : image.contract().contents().packages()) {
      if (world.stream().noneMatch(each -> each.name().equals(asked) && !each.conflict())) {
        flaws.add("world", asked, "it was requested, but is not in /" + WORLD);
      }
    }
    for (Dependency each : world) {
      if (!holds(each, packages)) {
        flaws.add("world", each.toString(), "it is in /" + WORLD + ", but no package satisfies it");
      }
    }
    for (ApkPackage pkg : packages) {
      for (Dependency each : pkg.depends()) {
        if (!holds(each, packages)) {
          flaws.add(
              "database-dependency",
              pkg.name(),
              "it depends on "
                  + each
                  + (each.conflict() ? ", which is installed" : ", which no package satisfies"));
        }
      }
    }
    orphans(world, packages, flaws);
  }

  /** Returns whether the world file has a request for the same name. */
  static boolean requests(Examined image, Dependency dependency) {
    return world(image, (id, where, message) -> {}).stream()
        .anyMatch(
            each ->
                each.name().equals(dependency.name()) && each.conflict() == dependency.conflict());
  }

  private static List<Dependency> world(Examined image, Flaws flaws) {
    Optional<String> text = image.root().text(WORLD);
    if (text.isEmpty()) {
      flaws.add("world", "/" + WORLD, "it is missing: the next apk call would remove everything");
      return List.of();
    }
    try {
      return World.parse(text.get()).requests();
    } catch (UsageException e) {
      flaws.add("world", "/" + WORLD, String.valueOf(e.getMessage()));
      return List.of();
    }
  }

  private static void orphans(List<Dependency> world, List<ApkPackage> packages, Flaws flaws) {
    Set<ApkPackage> reached = new LinkedHashSet<>();
    Deque<Dependency> left = new ArrayDeque<>(world);
    int before;
    do {
      before = reached.size();
      while (!left.isEmpty()) {
        Dependency dependency = left.remove();
        for (ApkPackage each : packages) {
          if (!dependency.conflict() && fits(dependency, each) && reached.add(each)) {
            left.addAll(each.depends());
          }
        }
      }
      List<ApkPackage> there = new ArrayList<>(reached);
      for (ApkPackage each : packages) {
        boolean drawnIn =
            !each.installIf().isEmpty()
                && each.installIf().stream().allMatch(condition -> holds(condition, there));
        if (drawnIn && reached.add(each)) {
          left.addAll(each.depends());
        }
      }
    } while (reached.size() > before);
    for (ApkPackage each : packages) {
      if (!reached.contains(each)) {
        flaws.add(
            "database-orphan",
            each.name(),
            "no request in /" + WORLD + " requires it: the next apk call would remove it");
      }
    }
  }

  /** Returns whether installed packages satisfy a dependency. */
  static boolean holds(Dependency dependency, List<ApkPackage> packages) {
    return dependency.conflict() != packages.stream().anyMatch(each -> fits(dependency, each));
  }

  private static boolean fits(Dependency dependency, ApkPackage pkg) {
    if (dependency.operator().equals("<>")) {
      return pkg.name().equals(dependency.name());
    }
    return (pkg.name().equals(dependency.name()) && dependency.accepts(pkg.version()))
        || pkg.provides().stream()
            .anyMatch(
                provide ->
                    provide.name().equals(dependency.name())
                        && dependency.accepts(provide.version()));
  }
}
