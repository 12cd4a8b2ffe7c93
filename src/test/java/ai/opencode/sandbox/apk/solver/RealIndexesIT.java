package ai.opencode.sandbox.apk.solver;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.RealApk;
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
 * Random requests to Alpine's real indexes. The solver answers each as the real apk 3 does, with
 * the same packages in the same order; {@code scripts/test --all} asks more of them.
 */
class RealIndexesIT {

  private static final int FEW = 250;
  private static final int ALL = 2_300;
  private static final long SEED = Long.getLong("sandbox.comparison.seed", 20261128);
  private static final int REQUESTS =
      Integer.getInteger(
          "sandbox.comparison.requests", Boolean.getBoolean("sandbox.test.all") ? ALL : FEW);

  /** Each apk process reads whole indexes, which takes longer than the rest. */
  private static final int PROCESSES = 2;

  @Test
  void answersAsApk3() throws Exception {
    try (RealApk apk = RealApk.prepareApk3();
        RealApk older = RealApk.prepare()) {
      assertThat(differences(apk, List.of(root("3.20.3", older), root("3.23.3", apk)))).isEmpty();
    }
  }

  private static RealIndexes.Root root(String name, RealApk apk) throws IOException {
    return RealIndexes.root(
        name,
        Files.readString(apk.path("lib/apk/db/installed")),
        Files.readString(apk.path("etc/apk/world")));
  }

  private static Map<Integer, String> differences(RealApk apk, List<RealIndexes.Root> roots)
      throws IOException, InterruptedException, ExecutionException {
    RealIndexes indexes = new RealIndexes();
    indexes.install(apk);
    List<RealRequests.Asked> requests = RealRequests.of(indexes.scenarios(roots), SEED, REQUESTS);
    ExecutorService executor = Executors.newFixedThreadPool(PROCESSES);
    try {
      List<Future<Map<Integer, String>>> parts = new ArrayList<>();
      for (int part = 0; part < PROCESSES; part++) {
        String systems = "systems" + part;
        List<RealRequests.Asked> some = new ArrayList<>();
        for (int i = part; i < requests.size(); i += PROCESSES) {
          some.add(requests.get(i));
        }
        parts.add(executor.submit(() -> differences(apk, systems, some)));
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

  /** Makes requests one after the other, because apk locks the database that it reads. */
  private static Map<Integer, String> differences(
      RealApk apk, String systems, List<RealRequests.Asked> requests) throws IOException {
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
      if (!ours.equals(Outcome.of(answer))) {
        differences.put(request.number(), request + "\n" + ours + "\n" + answer.output());
      }
    }
    return differences;
  }
}
