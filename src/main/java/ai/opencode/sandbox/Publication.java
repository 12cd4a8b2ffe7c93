package ai.opencode.sandbox;

import ai.opencode.sandbox.failure.UsageException;
import java.util.Set;

/**
 * How images are named in registries.
 *
 * @param tags what a release is called, at least one
 * @param overwriting whether a version that is published already may get other content
 */
public record Publication(Set<VersionTag> tags, boolean overwriting) {

  public Publication {
    tags = Set.copyOf(tags);
    if (tags.isEmpty()) {
      throw new UsageException("An image without any tag would never be found; name one");
    }
  }

  /** All tags; what is published stays. */
  public static Publication standard() {
    return new Publication(VersionTag.all(), false);
  }

  public Publication withTags(Set<VersionTag> newTags) {
    return new Publication(newTags, overwriting);
  }

  public Publication withOverwriting(boolean newOverwriting) {
    return new Publication(tags, newOverwriting);
  }
}
