package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.World;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A random request to {@link RandomRepositories}, the same for one seed.
 *
 * @param options of {@code apk add}
 */
record RandomRequest(RandomRepositories world, List<String> options) {

  static RandomRequest of(long seed) throws IOException {
    Random random = new Random(seed);
    RandomRepositories world = new RandomRepositories(random);
    return new RandomRequest(
        world,
        switch (random.nextInt(10)) {
          case 0 -> List.of("--upgrade");
          case 1 -> List.of("--latest");
          default -> List.of();
        });
  }

  SolverRequest toRequest() {
    List<Dependency> wanted = new ArrayList<>(World.parse(world.worldText()).requests());
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
