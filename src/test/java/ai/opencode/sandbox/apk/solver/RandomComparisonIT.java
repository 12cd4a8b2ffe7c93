package ai.opencode.sandbox.apk.solver;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.RequiresRealApk;
import ai.opencode.sandbox.RequiresSharedData;
import ai.opencode.sandbox.SharedData;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.Keyring;
import ai.opencode.sandbox.apk.RealApk;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.SignedIndex;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.failure.ResolutionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Random requests, each put to the real apk and to our solver. */
@RequiresRealApk
class RandomComparisonIT {

  private static final int PINNED_REQUESTS = 250;
  private static final long PINNED_SEED = 20241101;

  /**
   * The worlds in which the answer is not apk's; real repositories do not show it. In 46, a name
   * without version hides that a version was asked for; in the others, the solver settles names in
   * another order.
   */
  private static final Set<Integer> DIFFERENT = Set.of(46, 68, 103, 207, 247);

  private static final int REQUESTS =
      Integer.getInteger("sandbox.comparison.requests", PINNED_REQUESTS);
  private static final long SEED = Long.getLong("sandbox.comparison.seed", PINNED_SEED);

  private RealApk apk;

  @BeforeEach
  void unpack() throws Exception {
    apk = RealApk.prepare();
  }

  @AfterEach
  void remove() throws IOException {
    if (apk != null) {
      apk.close();
    }
  }

  @Test
  @RequiresSharedData
  void choosesAsTheRealApkFromTheRealIndex() throws IOException {
    Path index = SharedData.path("index/v3.17-aarch64-main/APKINDEX.tar.gz");
    Path database = SharedData.path("vectors/mini-3.17.10-aarch64/installed");
    String world = Files.readString(SharedData.path("vectors/mini-3.17.10-aarch64/world"));
    Path keys = Files.createDirectories(apk.path("keys"));
    for (Path key : new ArrayList<>(list(SharedData.path("keys/alpine")))) {
      Files.copy(key, keys.resolve(key.getFileName().toString()));
    }
    Files.copy(index, Files.createDirectories(apk.path("main/aarch64")).resolve("APKINDEX.tar.gz"));
    apk.system("empty", "", "");
    apk.system("mini", Files.readString(database), world);
    Files.writeString(apk.path("empty/etc/apk/repositories"), "/main\n");
    Files.writeString(apk.path("mini/etc/apk/repositories"), "/main\n");
    List<ApkPackage> packages;
    try (InputStream in = Files.newInputStream(index)) {
      packages = SignedIndex.read(in, "index", Keyring.from(keys)).packages();
    }
    List<ApkPackage> installed;
    try (InputStream in = Files.newInputStream(database)) {
      installed =
          InstalledDatabase.parse(in, "installed").packages().stream()
              .map(InstalledPackage::pkg)
              .toList();
    }
    Random random = new Random(SEED);
    List<Repository> repositories = List.of(new Repository("/main", null, packages));
    RandomRequests onNothing = new RandomRequests(packages, List.of(), random);
    RandomRequests onMini = new RandomRequests(packages, installed, random);
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      boolean mini = random.nextInt(3) == 0;
      List<String> options =
          random.nextInt(6) > 0
              ? List.of()
              : List.of(random.nextBoolean() ? "--latest" : "--upgrade");
      List<String> request = mini ? onMini.next() : onNothing.next();
      RealApk.Answer expected = apk.add(mini ? "mini" : "empty", "aarch64", options, request);
      List<Dependency> wanted = new ArrayList<>();
      if (mini) {
        wanted.addAll(World.parse(world).dependencies());
      }
      request.forEach(word -> wanted.add(Dependency.of(word)));
      String difference =
          difference(
              expected,
              new SolverRequest(
                  repositories, wanted, mini ? installed : List.of(), upgraded(options, request)),
              options.contains("--latest"));
      if (!difference.isEmpty()) {
        differences.add(
            (mini ? "on mini: " : "") + options + String.join(" ", request) + "\n" + difference);
      }
    }
    assertThat(differences).isEmpty();
  }

  /**
   * Small repositories full of what real ones rarely have: several versions in several
   * repositories, tags, names that many packages provide, priorities, conditions on conditions.
   */
  @Test
  void choosesAsTheRealApkFromRepositoriesMadeToConfuse() throws IOException {
    ASigningKey key = ASigningKey.named("test.rsa.pub");
    Files.write(Files.createDirectories(apk.path("keys")).resolve(key.name()), key.pem());
    Map<Integer, String> differences = new TreeMap<>();
    for (int i = 0; i < REQUESTS; i++) {
      // A world of its own for each number, so that one can be looked at alone.
      Random random = new Random(SEED + i);
      RandomRepositories world = new RandomRepositories(random);
      Map<String, String> lines = new LinkedHashMap<>();
      for (Repository repository : world.repositories()) {
        Path folder = Files.createDirectories(apk.path("r" + repository.location() + "/x86_64"));
        Files.write(
            folder.resolve("APKINDEX.tar.gz"),
            ARepository.in(folder).signed(key).index(RandomRepositories.text(repository)));
        lines.put(
            repository.location(),
            (repository.tag() == null ? "" : "@" + repository.tag() + " ")
                + "/r"
                + repository.location());
      }
      apk.system("small", world.installedText(), world.worldText());
      Files.writeString(
          apk.path("small/etc/apk/repositories"), String.join("\n", lines.values()) + "\n");
      List<String> options = random.nextInt(5) > 0 ? List.of() : List.of("--upgrade");
      RealApk.Answer expected = apk.add("small", "x86_64", options, world.request());
      List<Dependency> wanted = new ArrayList<>(World.parse(world.worldText()).dependencies());
      world.request().forEach(word -> wanted.add(Dependency.of(word)));
      String difference =
          difference(
              expected,
              new SolverRequest(
                  world.repositories(),
                  wanted,
                  world.installed(),
                  upgraded(options, world.request())),
              true);
      if (!difference.isEmpty()) {
        differences.put(i, options + world.toString() + "\n" + difference);
      }
    }
    assertThat(differences.keySet())
        .as(() -> "another answer than apk's in " + differences)
        .isEqualTo(SEED == PINNED_SEED && REQUESTS == PINNED_REQUESTS ? DIFFERENT : Set.of());
  }

  private static Set<String> upgraded(List<String> options, List<String> request) {
    return options.isEmpty()
        ? Set.of()
        : request.stream().map(word -> Dependency.of(word).name()).collect(Collectors.toSet());
  }

  private static List<Path> list(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }

  /**
   * How our answer differs from apk's; empty where it does not.
   *
   * @param mayFindMore whether an answer is as good where apk has none: it takes no choice back,
   *     and with {@code --latest} takes the newest build even where it stands against another
   */
  private static String difference(
      RealApk.Answer expected, SolverRequest request, boolean mayFindMore) {
    Resolution resolution;
    try {
      resolution = Solver.solve(request);
    } catch (ResolutionException e) {
      return expected.errors() > 0
          ? ""
          : "  apk: " + expected.changed() + "\n  we refuse: " + e.getMessage();
    }
    List<String> changed = resolution.added().stream().map(choice -> choice.pkg().label()).toList();
    if (!isSound(request, resolution)) {
      return "  unsound: " + resolution + "\n  apk:\n" + expected.output();
    }
    if (expected.errors() > 0 && mayFindMore) {
      return "";
    }
    if (expected.errors() > 0) {
      return "  apk refuses:\n" + expected.output() + "  we: " + changed;
    }
    List<String> removed = resolution.removed().stream().map(ApkPackage::name).sorted().toList();
    if (!changed.equals(expected.changed())
        || !removed.equals(expected.removed().stream().sorted().toList())) {
      return "  apk: "
          + expected.changed()
          + " removes "
          + expected.removed()
          + "\n  we:  "
          + changed
          + " removes "
          + removed;
    }
    return "";
  }

  /** Everything that somebody needs is there, and nothing that somebody forbids. */
  private static boolean isSound(SolverRequest request, Resolution resolution) {
    List<ApkPackage> chosen = resolution.chosen().stream().map(Resolution.Chosen::pkg).toList();
    return isSound(request.world(), null, chosen)
        && chosen.stream().allMatch(pkg -> isSound(pkg.depends(), pkg, chosen));
  }

  private static boolean isSound(
      List<Dependency> dependencies, @Nullable ApkPackage from, List<ApkPackage> chosen) {
    Map<String, Dependency> last = new LinkedHashMap<>();
    dependencies.forEach(dependency -> last.put(dependency.name(), dependency));
    return (from == null ? last.values() : dependencies)
        .stream()
            .allMatch(
                dependency ->
                    dependency.conflict()
                        == chosen.stream()
                            .filter(pkg -> !dependency.conflict() || !pkg.equals(from))
                            .noneMatch(pkg -> answers(pkg, dependency)));
  }

  private static boolean answers(ApkPackage pkg, Dependency dependency) {
    return (pkg.name().equals(dependency.name()) && dependency.accepts(pkg.version()))
        || pkg.provides().stream()
            .anyMatch(
                provide ->
                    provide.name().equals(dependency.name())
                        && dependency.accepts(provide.version()));
  }
}
