package ai.opencode.sandbox.run;

import ai.opencode.sandbox.RequiresImages;
import ai.opencode.sandbox.RequiresPrograms;
import ai.opencode.sandbox.RequiresRoot;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;

/** Allowed hosts, with a real Podman. */
@RequiresImages
@RequiresRoot
// runc works with the older control groups of some machines, too; crun does not.
@RequiresPrograms({"podman", "runc", "conmon"})
@Order(2)
class PodmanAllowedHostsIT extends AllowedHostsContract {

  private @Nullable APodman podman;

  @Override
  Map<String, String> engine() throws IOException, InterruptedException {
    APodman started = APodman.start();
    podman = started;
    return Map.of("DOCKER_HOST", "unix://" + started.socket());
  }

  @Override
  void stopEngine() throws IOException, InterruptedException {
    if (podman != null) {
      podman.close();
    }
  }
}
