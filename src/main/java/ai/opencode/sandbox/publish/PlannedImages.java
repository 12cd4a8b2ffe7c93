package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.util.List;
import java.util.Optional;

/**
 * Images to be made and delivered.
 *
 * @param names the names of their definitions
 * @param platforms the platforms of each image
 * @param upstream the upstream of their inputs; empty if only the build finds it out
 */
public record PlannedImages(
    List<String> names, List<Platform> platforms, Optional<UpstreamKind> upstream) {

  public PlannedImages {
    names = List.copyOf(names);
    platforms = List.copyOf(platforms);
  }
}
