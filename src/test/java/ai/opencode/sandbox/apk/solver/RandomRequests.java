package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Provide;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Requests as somebody might make them of an index, and some that hardly anybody would. */
final class RandomRequests {

  private final List<ApkPackage> packages;
  private final List<ApkPackage> conditional;
  private final List<ApkPackage> installed;
  private final Random random;

  RandomRequests(List<ApkPackage> packages, List<ApkPackage> installed, Random random) {
    this.packages = packages;
    this.conditional = packages.stream().filter(pkg -> !pkg.installIf().isEmpty()).toList();
    this.installed = installed;
    this.random = random;
  }

  List<String> next() {
    Set<String> words = new LinkedHashSet<>();
    int count = 1 + random.nextInt(random.nextInt(4) == 0 ? 12 : 4);
    while (words.size() < count) {
      words.addAll(words());
    }
    return List.copyOf(words);
  }

  private List<String> words() {
    ApkPackage any = pick(packages);
    return switch (random.nextInt(16)) {
      case 0 -> List.of("!" + any.name());
      case 1 -> List.of(any.name() + constraint(any.version().toString()));
      case 2, 3 -> any.provides().isEmpty() ? List.of(any.name()) : provided(any);
      case 4 -> withoutADependency(any);
      case 5, 6 -> conditional.isEmpty() ? List.of(any.name()) : conditions(pick(conditional));
      case 7 -> installed.isEmpty() ? List.of(any.name()) : against(pick(installed));
      case 8 -> conditional.isEmpty() ? List.of(any.name()) : withoutAddition(pick(conditional));
      default -> List.of(any.name());
    };
  }

  private List<String> withoutADependency(ApkPackage pkg) {
    return pkg.depends().isEmpty()
        ? List.of(pkg.name())
        : List.of(pkg.name(), "!" + pick(pkg.depends()).name());
  }

  /** What makes apk add a package. */
  private static List<String> conditions(ApkPackage pkg) {
    return pkg.installIf().stream()
        .map(condition -> (condition.conflict() ? "!" : "") + condition.name())
        .toList();
  }

  private static List<String> withoutAddition(ApkPackage pkg) {
    List<String> words = new ArrayList<>(List.of("!" + pkg.name()));
    words.addAll(conditions(pkg));
    return words;
  }

  private List<String> against(ApkPackage there) {
    return List.of(
        random.nextBoolean()
            ? "!" + there.name()
            : there.name() + constraint(there.version().toString()));
  }

  private List<String> provided(ApkPackage pkg) {
    Provide provide = pick(pkg.provides());
    String version = provide.version() == null ? null : provide.version().toString();
    return List.of(
        version == null || random.nextInt(3) > 0
            ? provide.name()
            : provide.name() + constraint(version));
  }

  private String constraint(String version) {
    String operator = List.of("=", "<", ">", "~", ">=", "<=", "=~").get(random.nextInt(7));
    String shown = version;
    if (operator.contains("~") || random.nextInt(4) == 0) {
      int dot = version.indexOf('.');
      shown = dot > 0 && random.nextBoolean() ? version.substring(0, dot) : version;
    }
    return operator + shown;
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
