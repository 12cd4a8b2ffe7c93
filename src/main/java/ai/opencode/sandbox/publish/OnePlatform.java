package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Platform;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The choice of a platform's image for a target that takes images for one platform only. It is the
 * image for the target's platform, or the only one that there is.
 */
record OnePlatform(Target target, Platform platform) {

  /**
   * Checks that images can be delivered for one platform.
   *
   * @throws UsageException if images are for several platforms, and none is the target's
   */
  void requireAmong(List<Platform> offered) {
    if (offered.size() > 1 && !offered.contains(platform)) {
      throw new UsageException(
          target
              + " takes images for one platform, and this machine's, "
              + platform
              + ", is not among "
              + offered.stream().map(Platform::toString).collect(Collectors.joining(", "))
              + ". Build one of them only, or build to oci:DIRECTORY.");
    }
  }

  Descriptor manifestOf(StoredImage image) {
    List<Descriptor> manifests = image.manifests();
    if (manifests.size() == 1) {
      return manifests.get(0);
    }
    requireAmong(manifests.stream().map(Descriptor::platform).filter(Objects::nonNull).toList());
    return manifests.stream()
        .filter(each -> platform.equals(each.platform()))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    image.name()
                        + " has no image for "
                        + platform
                        + ". Build it with --platform "
                        + platform
                        + "."));
  }
}
