package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.List;
import java.util.Set;

/**
 * How images are named in registries.
 *
 * @param tags what a release is called, at least one
 * @param names tags that were chosen instead of the version's; empty for the version's
 * @param overwriting whether a version that is published already may get other content, and tags
 *     that follow releases may go to something older or unfinished
 */
@Api
public record Publication(Set<VersionTag> tags, List<String> names, boolean overwriting) {

  public Publication {
    tags = Set.copyOf(tags);
    names = names.stream().distinct().toList();
    if (tags.isEmpty()) {
      throw new UsageException("An image without any tag would never be found; name one");
    }
    for (String name : names) {
      if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")) {
        throw new UsageException(
            "\"" + name + "\" is no tag; use at most 128 letters, digits, and _ . - between them");
      }
    }
  }

  /** All tags of the version; what is published stays. */
  public static Publication standard() {
    return new Publication(VersionTag.all(), List.of(), false);
  }

  public Publication withTags(Set<VersionTag> newTags) {
    return new Publication(newTags, names, overwriting);
  }

  /** The same under these tags alone, whatever the version is. */
  public Publication withNames(List<String> newNames) {
    return new Publication(tags, newNames, overwriting);
  }

  public Publication withOverwriting(boolean newOverwriting) {
    return new Publication(tags, names, newOverwriting);
  }
}
