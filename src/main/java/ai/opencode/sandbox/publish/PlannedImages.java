package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.util.List;
import java.util.Optional;

/**
 * Images that are to be made and delivered.
 *
 * @param names of their definitions
 * @param upstream that they will be made from; empty where only the build finds that out
 */
public record PlannedImages(
    List<String> names, List<Platform> platforms, Optional<UpstreamKind> upstream) {

  public PlannedImages {
    names = List.copyOf(names);
    platforms = List.copyOf(platforms);
  }
}
