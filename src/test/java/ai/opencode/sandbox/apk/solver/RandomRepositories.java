package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.PackageIndex;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.failure.ResolutionException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A few repositories with a dozen packages that depend on each other in many ways. */
final class RandomRepositories {

  private static final List<String> NAMES =
      List.of("ant", "bee", "cat", "dog", "elk", "fox", "gnu", "hen", "ibis", "jay", "kea", "lynx");
  private static final List<String> VIRTUAL =
      List.of("pet", "so:libpet.so.1", "cmd:feed", "/bin/x", "wildebeest");

  /** The names that each package provides: libraries, commands, alternatives, a predecessor. */
  private static final Map<String, List<String>> OWN =
      Map.of(
          "bee", List.of("so:libpet.so.1="),
          "cat", List.of("pet", "cmd:feed="),
          "dog", List.of("pet", "/bin/x"),
          "elk", List.of("/bin/x"),
          "fox", List.of("cmd:feed="),
          "gnu", List.of("wildebeest="),
          "hen", List.of("pet="));

  private static final List<String> VERSIONS = List.of("1.0-r0", "1.1-r0", "1.1-r1", "2.0-r0");

  private final Random random;
  private final List<Repository> repositories = new ArrayList<>();
  private final List<ApkPackage> installed = new ArrayList<>();
  private final List<String> world = new ArrayList<>();
  private final List<String> request = new ArrayList<>();
  private final boolean tags;

  RandomRepositories(Random random) throws IOException {
    this.random = random;
    int count = 1 + random.nextInt(3);
    this.tags = count > 1 && random.nextInt(3) == 0;
    Map<String, ApkPackage> all = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      String tag = tags && i == count - 1 ? "edge" : null;
      repositories.add(
          new Repository(new RepositoryLocation("/" + (char) ('a' + i)), tag, packages(i, all)));
    }
    if (random.nextInt(3) == 0) {
      install();
    }
    Set<String> words = new LinkedHashSet<>();
    int wanted = 1 + random.nextInt(4);
    for (int i = 0; i < wanted; i++) {
      words.add(word());
    }
    request.addAll(words);
  }

  List<Repository> repositories() {
    return repositories;
  }

  List<ApkPackage> installed() {
    return installed;
  }

  List<String> request() {
    return request;
  }

  String worldText() {
    return world.isEmpty() ? "" : String.join("\n", world) + "\n";
  }

  String installedText() {
    StringBuilder text = new StringBuilder();
    installed.forEach(pkg -> text.append(pkg.toRecord()).append('\n'));
    return text.toString();
  }

  static String text(Repository repository) {
    StringBuilder text = new StringBuilder();
    repository.packages().forEach(pkg -> text.append(pkg.toRecord()).append('\n'));
    return text.toString();
  }

  private List<ApkPackage> packages(int repository, Map<String, ApkPackage> all)
      throws IOException {
    StringBuilder text = new StringBuilder();
    for (String name : NAMES) {
      if (repository > 0 && random.nextInt(3) == 0) {
        continue;
      }
      String version = VERSIONS.get(random.nextInt(repository == 0 ? 3 : 4));
      // The same build may be in two repositories.
      ApkPackage pkg = all.computeIfAbsent(name + "-" + version, label -> make(name, version));
      text.append(pkg.toRecord()).append('\n');
    }
    return PackageIndex.parse(
            new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.UTF_8)), "made up")
        .packages();
  }

  private ApkPackage make(String name, String version) {
    byte[] digest = new byte[20];
    random.nextBytes(digest);
    List<String> depends = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      depends.add(dependency(name));
    }
    List<String> provides = new ArrayList<>(OWN.getOrDefault(name, List.of()));
    provides.replaceAll(each -> each.endsWith("=") ? each + version : each);
    return ApkPackage.named(name, version)
        .with('C', "Q1" + Base64.getEncoder().encodeToString(digest))
        .with('A', "x86_64")
        .with('S', "1000")
        .with('I', random.nextInt(12) == 0 ? "0" : "2000")
        .with('T', "made up")
        .with('U', "none")
        .with('L', "none")
        .with('k', random.nextInt(6) == 0 ? "" + (1 + random.nextInt(100)) : null)
        .with('D', depends.isEmpty() ? null : String.join(" ", depends))
        .with('p', provides.isEmpty() ? null : String.join(" ", provides))
        .with('i', random.nextInt(6) == 0 ? conditions(name) : null)
        .build();
  }

  private String dependency(String of) {
    String name = pick(random.nextInt(3) == 0 ? VIRTUAL : NAMES);
    if (name.equals(of)) {
      return pick(VIRTUAL);
    }
    return switch (random.nextInt(16)) {
      case 0 -> "!" + name;
      case 1 -> name + constraint();
      default -> name;
    };
  }

  private @Nullable String conditions(String of) {
    Set<String> conditions = new LinkedHashSet<>();
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      String name = pick(NAMES);
      if (!name.equals(of)) {
        String conflict = random.nextInt(5) == 0 ? "!" : "";
        conditions.add(conflict + (random.nextInt(4) == 0 ? name + "=" + pick(VERSIONS) : name));
      }
    }
    return conditions.isEmpty() ? null : String.join(" ", conditions);
  }

  private String constraint() {
    String version = pick(VERSIONS);
    return switch (random.nextInt(5)) {
      case 0 -> "=" + version;
      case 1 -> "<" + version;
      case 2 -> ">" + version;
      case 3 -> ">=" + version;
      default -> "~" + version.substring(0, 1);
    };
  }

  /** A system that is sound: what the solver makes of a request that it can satisfy. */
  private void install() {
    Set<String> wanted = new TreeSet<>(List.of(pick(NAMES), pick(NAMES)));
    List<Repository> untagged = repositories.stream().filter(r -> r.tag() == null).toList();
    try {
      Resolution there =
          Solver.solve(
              new SolverRequest(
                  untagged.subList(0, 1), wanted.stream().map(Dependency::of).toList(), List.of()));
      there.chosen().forEach(choice -> installed.add(choice.pkg()));
      world.addAll(wanted);
    } catch (ResolutionException e) {
      // Then nothing is installed.
    }
  }

  private String word() {
    String name = pick(random.nextInt(4) == 0 ? VIRTUAL : NAMES);
    return switch (random.nextInt(8)) {
      case 0 -> "!" + name;
      case 1 -> name + constraint();
      case 2 -> tags ? name + "@edge" : name;
      default -> name;
    };
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(String.join(" ", request));
    text.append(" | world ").append(world).append(" | installed ").append(installed);
    for (Repository repository : repositories) {
      text.append("\n  ").append(repository.location()).append(" @").append(repository.tag());
      for (ApkPackage pkg : repository.packages()) {
        text.append("\n    ").append(pkg.label());
        text.append(" D ").append(pkg.depends()).append(" p ");
        pkg.provides()
            .forEach(p -> text.append(p.name()).append('=').append(p.version()).append(' '));
        text.append(" i ").append(pkg.installIf()).append(" k ").append(pkg.providerPriority());
      }
    }
    return text.toString();
  }
}
