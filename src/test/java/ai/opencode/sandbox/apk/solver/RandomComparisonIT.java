package ai.opencode.sandbox.apk.solver;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.RequiresRealApk;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.RealApk;
import ai.opencode.sandbox.apk.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Random requests to small repositories full of what real ones rarely have: several versions in
 * several repositories, tags, names that many packages provide, priorities, conditions on
 * conditions. The solver answers each as the real apk 3 does.
 */
@RequiresRealApk
class RandomComparisonIT {

  private static final int REQUESTS = Integer.getInteger("sandbox.comparison.requests", 250);
  private static final long SEED = Long.getLong("sandbox.comparison.seed", 20241101);

  private static final ASigningKey KEY = ASigningKey.named("test.rsa.pub");

  /** The number of requests in {@link RecordedOutcomesTest} that are repeated. */
  private static final int RECORDED = 100;

  @Test
  void answersAsApk3() throws Exception {
    List<String> differences = new ArrayList<>();
    try (RealApk apk = prepare()) {
      for (int i = 0; i < REQUESTS; i++) {
        RandomRequest request = RandomRequest.of(SEED + i);
        RealApk.Answer answer = ask(apk, request);
        Outcome ours = Outcome.of(request.toRequest());
        if (!ours.equals(Outcome.of(answer))) {
          differences.add(request + "\n" + ours + "\n" + answer.output());
        }
      }
    }
    assertThat(differences).isEmpty();
  }

  @Test
  void recordedOutcomesAreThoseOfApk3() throws Exception {
    try (RealApk apk = prepare()) {
      List<String> recorded = RecordedOutcomesTest.outcomes().subList(0, RECORDED);
      for (int seed = 0; seed < RECORDED; seed++) {
        assertThat(Outcome.of(ask(apk, RandomRequest.of(seed))))
            .as("seed %d", seed)
            .hasToString(recorded.get(seed));
      }
    }
  }

  private static RealApk prepare() throws Exception {
    RealApk apk = RealApk.prepareApk3();
    Files.write(Files.createDirectories(apk.path("keys")).resolve(KEY.name()), KEY.pem());
    return apk;
  }

  private static RealApk.Answer ask(RealApk apk, RandomRequest request) throws IOException {
    RandomRepositories world = request.world();
    StringBuilder lines = new StringBuilder();
    for (Repository repository : world.repositories()) {
      Path directory = Files.createDirectories(apk.path("r" + repository.location() + "/x86_64"));
      Files.write(
          directory.resolve("APKINDEX.tar.gz"),
          ARepository.in(directory).signed(KEY).index(RandomRepositories.text(repository)));
      lines.append(repository.tag() == null ? "" : "@" + repository.tag() + " ");
      lines.append("/r").append(repository.location()).append('\n');
    }
    apk.system("small", world.installedText(), world.worldText());
    Files.writeString(apk.path("small/etc/apk/repositories"), lines);
    return apk.add("small", "x86_64", request.options(), world.request());
  }
}
