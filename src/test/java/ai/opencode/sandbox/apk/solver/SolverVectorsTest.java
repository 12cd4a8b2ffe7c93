package ai.opencode.sandbox.apk.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.SharedData;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.Keyring;
import ai.opencode.sandbox.apk.PackageIndex;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.apk.SignedIndex;
import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.failure.UsageException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/**
 * The packages that the real apk selected on a real index, in order. All vectors are one test,
 * because reports name a skipped test, but not a factory without tests.
 */
class SolverVectorsTest {

  @Test
  void choosesWhatTheRealApkChooses() throws IOException {
    JsonNode vectors =
        new ObjectMapper().readTree(SharedData.path("vectors/resolve-3.17.json").toFile());
    PackageIndex index;
    try (InputStream in =
        Files.newInputStream(SharedData.path("index/v3.17-aarch64-main/APKINDEX.tar.gz"))) {
      index = SignedIndex.read(in, "APKINDEX.tar.gz", Keyring.from(SharedData.path("keys/alpine")));
    }
    Repository repository = new Repository(new RepositoryLocation("main"), null, index.packages());
    SoftAssertions all = new SoftAssertions();
    int asked = 0;
    for (JsonNode vector : vectors.path("cases")) {
      if (!vector.path("options").toString().contains("\"-t\"")) {
        asked++;
        all.assertThatCode(() -> check(vector, repository))
            .as(vector.path("id").asText())
            .doesNotThrowAnyException();
      }
    }
    all.assertThat(asked).isGreaterThan(100);
    all.assertAll();
  }

  private static void check(JsonNode vector, Repository repository) throws IOException {
    List<ApkPackage> installed = List.of();
    List<Dependency> world = new ArrayList<>();
    if (vector.path("root").asText().equals("mini")) {
      try (InputStream in =
          Files.newInputStream(SharedData.path("vectors/mini-3.17.10-aarch64/installed"))) {
        installed =
            InstalledDatabase.parse(in, "installed").packages().stream()
                .map(InstalledPackage::pkg)
                .toList();
      }
      for (String line :
          Files.readAllLines(SharedData.path("vectors/mini-3.17.10-aarch64/world"))) {
        world.add(Dependency.of(line));
      }
    }
    if (vector.path("id").asText().equals("invalid dep syntax")) {
      String word = vector.path("request").path(0).asText();
      assertThatThrownBy(() -> Dependency.of(word)).isInstanceOf(UsageException.class);
      return;
    }
    Set<String> named = new HashSet<>();
    for (JsonNode word : vector.path("request")) {
      world.add(Dependency.of(word.asText()));
      named.add(Dependency.of(word.asText()).name());
    }
    Renewal renewal =
        switch (vector.path("options").path(0).asText()) {
          case "--upgrade" -> Renewal.UPGRADE;
          case "--latest" -> Renewal.LATEST;
          default -> Renewal.NONE;
        };
    SolverRequest request =
        new SolverRequest(List.of(repository), world, named, installed, List.of(), named, renewal);
    if (vector.path("exit").asInt() != 0) {
      assertThatThrownBy(() -> Solver.solve(request)).isInstanceOf(ResolutionException.class);
      return;
    }
    List<String> expected = new ArrayList<>();
    List<String> purged = new ArrayList<>();
    for (JsonNode action : vector.path("actions")) {
      String name = action.path("name").asText();
      if (action.path("action").asText().equals("purging")) {
        purged.add(name);
      } else {
        expected.add(name);
      }
    }
    Resolution resolution = Solver.solve(request);
    assertThat(resolution.added())
        .extracting(c -> c.pkg().name())
        .containsExactlyElementsOf(expected);
    assertThat(resolution.removed())
        .extracting(ApkPackage::name)
        .containsExactlyInAnyOrderElementsOf(purged);
  }
}
