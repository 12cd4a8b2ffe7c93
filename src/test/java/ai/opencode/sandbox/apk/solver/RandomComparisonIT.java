package ai.opencode.sandbox.apk.solver;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.RequiresRealApk;
import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.RealApk;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
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

  @Test
  void answersAsApk3() throws Exception {
    ASigningKey key = ASigningKey.named("test.rsa.pub");
    Map<Integer, String> differences = new TreeMap<>();
    try (RealApk apk = RealApk.prepareApk3()) {
      Files.write(Files.createDirectories(apk.path("keys")).resolve(key.name()), key.pem());
      for (int i = 0; i < REQUESTS; i++) {
        // Each number has its own generator, so that one request can be repeated alone.
        Random random = new Random(SEED + i);
        RandomRepositories world = new RandomRepositories(random);
        List<String> options =
            switch (random.nextInt(10)) {
              case 0 -> List.of("--upgrade");
              case 1 -> List.of("--latest");
              default -> List.of();
            };
        write(world, apk, key);
        RealApk.Answer answer = apk.add("small", "x86_64", options, world.request());
        Outcome ours = Outcome.of(request(world, options));
        if (!ours.equals(Outcome.of(answer))) {
          differences.put(i, options + " " + world + "\n" + ours + "\n" + answer.output());
        }
      }
    }
    assertThat(differences).isEmpty();
  }

  private static void write(RandomRepositories world, RealApk apk, ASigningKey key)
      throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Repository repository : world.repositories()) {
      Path directory = Files.createDirectories(apk.path("r" + repository.location() + "/x86_64"));
      Files.write(
          directory.resolve("APKINDEX.tar.gz"),
          ARepository.in(directory).signed(key).index(RandomRepositories.text(repository)));
      lines.append(repository.tag() == null ? "" : "@" + repository.tag() + " ");
      lines.append("/r").append(repository.location()).append('\n');
    }
    apk.system("small", world.installedText(), world.worldText());
    Files.writeString(apk.path("small/etc/apk/repositories"), lines);
  }

  private static SolverRequest request(RandomRepositories world, List<String> options) {
    List<Dependency> wanted = new ArrayList<>(World.parse(world.worldText()).dependencies());
    world.request().forEach(word -> wanted.add(Dependency.of(word)));
    Set<String> asked =
        world.request().stream()
            .map(word -> Dependency.of(word).name())
            .collect(Collectors.toSet());
    return new SolverRequest(
        world.repositories(),
        wanted,
        asked,
        world.installed(),
        List.of(),
        asked,
        RealRequests.renewal(options));
  }
}
