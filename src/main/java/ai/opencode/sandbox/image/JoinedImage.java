package ai.opencode.sandbox.image;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.image.BuiltImage.BuiltPlatform;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.UpstreamKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An image for several platforms, joined from images that were built for one platform each. A new
 * index lists all of them.
 */
public final class JoinedImage {

  private JoinedImage() {}

  /**
   * Joins images.
   *
   * @throws UsageException if they do not belong together
   */
  public static BuiltImage of(List<BuiltImage> parts, ImageAssembly assembly) throws IOException {
    if (parts.isEmpty()) {
      throw new UsageException("There are no images to join. Name one for each platform.");
    }
    BuiltImage first = parts.get(0);
    List<BuiltPlatform> platforms = new ArrayList<>();
    Set<Platform> known = new HashSet<>();
    for (BuiltImage part : parts) {
      requireSame("names", first.name(), part.name());
      requireSame("versions", first.version(), part.version());
      for (BuiltPlatform each : part.platforms()) {
        if (!known.add(each.platform())) {
          throw new UsageException(
              "Two of the images to join are for "
                  + each.platform()
                  + ", but an index has one for each platform. Leave one of them out.");
        }
        platforms.add(each);
      }
    }
    UpstreamKind leastTrusted =
        parts.stream().map(BuiltImage::upstream).max(Comparator.naturalOrder()).orElseThrow();
    return new BuiltImage(
        first.name(), first.version(), leastTrusted, assembly.index(platforms), platforms);
  }

  private static void requireSame(String what, String one, String other) {
    if (!one.equals(other)) {
      throw new UsageException(
          "The images to join have different "
              + what
              + ", "
              + one
              + " and "
              + other
              + ". Give all of them the same.");
    }
  }
}
