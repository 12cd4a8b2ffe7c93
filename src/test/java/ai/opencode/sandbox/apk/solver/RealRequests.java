package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.Provide;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.World;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** Random requests of the {@link RealIndexes}, the same for one seed. */
final class RealRequests {

  /** One request. */
  record Asked(
      int number,
      RealIndexes.Scenario scenario,
      RealIndexes.Root root,
      List<String> options,
      List<String> words) {

    SolverRequest toRequest() {
      List<Dependency> wanted = new ArrayList<>(World.parse(root.world()).requests());
      words.forEach(word -> wanted.add(Dependency.of(word)));
      Set<String> asked =
          words.stream().map(word -> Dependency.of(word).name()).collect(Collectors.toSet());
      return new SolverRequest(
          scenario.repositories(),
          wanted,
          asked,
          root.packages(),
          List.of(),
          asked,
          renewal(options));
    }

    @Override
    public String toString() {
      return number
          + ": "
          + scenario.name()
          + ", on "
          + root.name()
          + ": apk add "
          + String.join(" ", options)
          + " "
          + String.join(" ", words);
    }
  }

  private final List<RealIndexes.Scenario> scenarios;
  private final Random random;

  static Renewal renewal(List<String> options) {
    return options.contains("--latest")
        ? Renewal.LATEST
        : options.contains("--upgrade") ? Renewal.UPGRADE : Renewal.NONE;
  }

  private RealRequests(List<RealIndexes.Scenario> scenarios, Random random) {
    this.scenarios = scenarios;
    this.random = random;
  }

  static List<Asked> of(List<RealIndexes.Scenario> scenarios, long seed, int count) {
    List<Asked> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      // Each number has its own generator, so that one request can be repeated alone.
      requests.add(new RealRequests(scenarios, new Random(seed * 1_000_003 + i)).next(i));
    }
    return requests;
  }

  private Asked next(int number) {
    random.nextInt();
    RealIndexes.Scenario scenario = scenario();
    RealIndexes.Root root = pick(scenario.roots());
    List<String> options =
        switch (random.nextInt(10)) {
          case 0 -> List.of("--upgrade");
          case 1 -> List.of("--latest");
          default -> List.of();
        };
    Set<String> words = new LinkedHashSet<>();
    int count = 1 + random.nextInt(random.nextInt(5) == 0 ? 10 : 3);
    while (words.size() < count) {
      words.addAll(words(scenario, root));
    }
    return new Asked(number, scenario, root, options, List.copyOf(words));
  }

  private RealIndexes.Scenario scenario() {
    int left = random.nextInt(100);
    for (RealIndexes.Scenario scenario : scenarios) {
      left -= scenario.weight();
      if (left < 0) {
        return scenario;
      }
    }
    return scenarios.get(scenarios.size() - 1);
  }

  private List<String> words(RealIndexes.Scenario scenario, RealIndexes.Root root) {
    Repository repository = pick(scenario.repositories());
    if (repository.tag() == null || random.nextInt(8) == 0) {
      return plain(repository, root);
    }
    ApkPackage pkg = pick(repository.packages());
    String tag = "@" + repository.tag();
    return switch (random.nextInt(12)) {
      case 0 -> plain(repository, root);
      // The tagged repository may not contain the name.
      case 1 -> List.of(pick(pick(scenario.repositories()).packages()).name() + tag);
      case 2 -> List.of(pkg.name() + tag + constraint(pkg));
      case 3 ->
          pkg.provides().isEmpty()
              ? List.of(pkg.name() + tag)
              : List.of(tagged(provided(pkg), tag));
      case 4 -> conditions(repository).stream().map(word -> word + tag).toList();
      case 5 ->
          root.packages().isEmpty()
              ? List.of(pkg.name() + tag)
              : List.of(pick(root.packages()).name() + tag);
      case 6 -> List.of(pkg.name() + tag, pick(repository.packages()).name() + tag);
      default -> List.of(pkg.name() + tag);
    };
  }

  /** Puts the tag between name and version; apk 3 refuses it after the version. */
  private static String tagged(String word, String tag) {
    Dependency dependency = Dependency.of(word);
    return dependency.name() + tag + word.substring(dependency.name().length());
  }

  private List<String> plain(Repository repository, RealIndexes.Root root) {
    ApkPackage pkg = pick(repository.packages());
    return switch (random.nextInt(18)) {
      case 0 -> List.of("!" + pkg.name());
      case 1, 2 -> List.of(pkg.name() + constraint(pkg));
      case 3, 4 -> List.of(pkg.provides().isEmpty() ? pkg.name() : provided(pkg));
      case 5 ->
          pkg.depends().isEmpty()
              ? List.of(pkg.name())
              : List.of(pkg.name(), "!" + pick(pkg.depends()).name());
      case 6, 7 -> conditions(repository);
      case 8 -> root.packages().isEmpty() ? List.of(pkg.name()) : against(pick(root.packages()));
      case 9 -> withoutAddition(repository);
      // A virtual name that several packages have.
      case 10 -> List.of(pick(List.of("cmd:awk", "/bin/sh", "cmd:sh", "cmd:vi", "pc:zlib", "mta")));
      default -> List.of(pkg.name());
    };
  }

  private List<String> against(ApkPackage there) {
    return List.of(
        switch (random.nextInt(3)) {
          case 0 -> "!" + there.name();
          case 1 -> there.name();
          default -> there.name() + constraint(there);
        });
  }

  /** The conditions that make apk add a package. */
  private List<String> conditions(Repository repository) {
    ApkPackage pkg = conditional(repository);
    return pkg.installIf().isEmpty()
        ? List.of(pkg.name())
        : pkg.installIf().stream()
            .map(condition -> (condition.conflict() ? "!" : "") + condition.name())
            .toList();
  }

  private List<String> withoutAddition(Repository repository) {
    List<String> words = new ArrayList<>(conditions(repository));
    words.add("!" + conditional(repository).name());
    return words;
  }

  private ApkPackage conditional(Repository repository) {
    ApkPackage pkg = pick(repository.packages());
    for (int i = 0; i < 40 && pkg.installIf().isEmpty(); i++) {
      pkg = pick(repository.packages());
    }
    return pkg;
  }

  private String provided(ApkPackage pkg) {
    Provide provide = pick(pkg.provides());
    if (provide.version() == null || random.nextInt(3) > 0) {
      return provide.name();
    }
    return provide.name() + operator() + Objects.requireNonNull(provide.version());
  }

  private String constraint(ApkPackage pkg) {
    String version = pkg.version().toString();
    String operator = operator();
    int dot = version.indexOf('.');
    boolean cut = dot > 0 && (operator.contains("~") || random.nextInt(4) == 0);
    return operator + (cut && random.nextBoolean() ? version.substring(0, dot) : version);
  }

  private String operator() {
    return pick(List.of("=", "<", ">", "~", ">=", "<=", "=~"));
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
