package ai.opencode.sandbox.apk.solver;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.RequiresRealApk;
import ai.opencode.sandbox.RequiresSharedData;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.RealApk;
import ai.opencode.sandbox.apk.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Random requests to Alpine's real indexes, put to the solver and to the real apk; {@code
 * scripts/test --all} makes more of them.
 */
@RequiresRealApk
@RequiresSharedData
class RealIndexesIT {

  private static final boolean ALL = Boolean.getBoolean("sandbox.test.all");
  private static final long SEED = Long.getLong("sandbox.comparison.seed", 20261128);
  private static final int REQUESTS =
      Integer.getInteger("sandbox.comparison.requests", ALL ? 2_300 : 120);
  private static final int REQUESTS_OF_APK_2 = ALL ? 600 : 30;

  /** Each apk process reads whole indexes, which takes longer than the rest. */
  private static final int PROCESSES = 2;

  @Test
  void selectsTheSamePackagesInTheSameOrderAsApk3() throws Exception {
    try (RealApk apk = RealApk.prepareApk3();
        RealApk older = RealApk.prepare()) {
      assertThat(differences(apk, roots(older, apk), REQUESTS, RealIndexesIT::isEqual)).isEmpty();
    }
  }

  /** apk 2 never adds a package on the absence of another one. */
  @Test
  void selectsTheSameAsApk2ButForAdditionsOnTheAbsenceOfAPackage() throws Exception {
    try (RealApk newer = RealApk.prepareApk3();
        RealApk apk = RealApk.prepare()) {
      assertThat(
              differences(
                  apk, roots(apk, newer), REQUESTS_OF_APK_2, RealIndexesIT::isEqualButForAbsences))
          .isEmpty();
    }
  }

  private static boolean isEqual(RealRequests.Asked request, Outcome ours, Outcome theirs) {
    return ours.equals(theirs);
  }

  private static boolean isEqualButForAbsences(
      RealRequests.Asked request, Outcome ours, Outcome theirs) {
    Set<String> onAbsence = new HashSet<>();
    for (Repository repository : request.scenario().repositories()) {
      for (ApkPackage pkg : repository.packages()) {
        if (pkg.installIf().stream().anyMatch(Dependency::conflict)) {
          onAbsence.add(pkg.label());
        }
      }
    }
    onAbsence.removeAll(theirs.added());
    List<String> others = new ArrayList<>(ours.added());
    others.removeAll(onAbsence);
    return ours.refused() == theirs.refused()
        && others.equals(theirs.added())
        && ours.removed().equals(theirs.removed());
  }

  private interface Comparison {
    boolean holds(RealRequests.Asked request, Outcome ours, Outcome theirs);
  }

  private static List<RealIndexes.Root> roots(RealApk apk2, RealApk apk3) throws IOException {
    return List.of(root("3.20.3", apk2), root("3.23.3", apk3));
  }

  private static RealIndexes.Root root(String name, RealApk apk) throws IOException {
    return RealIndexes.root(
        name,
        Files.readString(apk.path("lib/apk/db/installed")),
        Files.readString(apk.path("etc/apk/world")));
  }

  private static Map<Integer, String> differences(
      RealApk apk, List<RealIndexes.Root> roots, int count, Comparison comparison)
      throws IOException, InterruptedException, ExecutionException {
    RealIndexes indexes = new RealIndexes();
    indexes.install(apk);
    List<RealRequests.Asked> requests = requests(indexes.scenarios(roots), count);
    ExecutorService executor = Executors.newFixedThreadPool(PROCESSES);
    try {
      List<Future<Map<Integer, String>>> parts = new ArrayList<>();
      for (int part = 0; part < PROCESSES; part++) {
        String systems = "systems" + part;
        List<RealRequests.Asked> some = new ArrayList<>();
        for (int i = part; i < requests.size(); i += PROCESSES) {
          some.add(requests.get(i));
        }
        parts.add(executor.submit(() -> differences(apk, systems, some, comparison)));
      }
      Map<Integer, String> all = new TreeMap<>();
      for (Future<Map<Integer, String>> part : parts) {
        all.putAll(part.get());
      }
      return all;
    } finally {
      executor.shutdownNow();
    }
  }

  /** Returns the first requests, and the next one of each scenario that these leave out. */
  private static List<RealRequests.Asked> requests(
      List<RealIndexes.Scenario> scenarios, int count) {
    Set<String> missing = new HashSet<>();
    scenarios.forEach(scenario -> missing.add(scenario.name()));
    List<RealRequests.Asked> requests = new ArrayList<>();
    for (RealRequests.Asked request : RealRequests.of(scenarios, SEED, count + 500)) {
      if (missing.remove(request.scenario().name()) || request.number() < count) {
        requests.add(request);
      }
    }
    assertThat(missing).isEmpty();
    return requests;
  }

  /** Makes requests one after the other, because apk locks the database that it reads. */
  private static Map<Integer, String> differences(
      RealApk apk, String systems, List<RealRequests.Asked> requests, Comparison comparison)
      throws IOException {
    Map<Integer, String> differences = new TreeMap<>();
    Set<String> made = new HashSet<>();
    for (RealRequests.Asked request : requests) {
      RealIndexes.Scenario scenario = request.scenario();
      String name = scenario.name() + ", " + request.root().name();
      String system = systems + "/" + name.replaceAll("[^a-z0-9]+", "-");
      if (made.add(system)) {
        apk.system(system, request.root().installed(), request.root().world());
        Files.writeString(apk.path(system + "/etc/apk/repositories"), scenario.lines());
      }
      RealApk.Answer answer =
          apk.add(system, scenario.architecture(), request.options(), request.words());
      Outcome ours = Outcome.of(request.toRequest());
      if (!comparison.holds(request, ours, Outcome.of(answer))) {
        differences.put(request.number(), request + "\n" + ours + "\n" + answer.output());
      }
    }
    return differences;
  }
}
