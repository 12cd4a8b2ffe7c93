package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Tag;
import ai.opencode.sandbox.stability.Api;
import java.util.List;
import java.util.Set;

/**
 * The names of images in registries.
 *
 * @param tags the kinds of tags of a release; if these and {@code names} are empty, a registry gets
 *     the image without a tag, and it is found by its digest only
 * @param names tags named by the user; if empty, they follow from the version
 * @param overwriting whether a published version may be overwritten, and tags such as {@code
 *     latest} may be moved to an older version or a pre-release
 */
@Api
public record Publication(Set<VersionTag> tags, List<String> names, boolean overwriting) {

  public Publication {
    tags = Set.copyOf(tags);
    names = names.stream().distinct().toList();
    for (String name : names) {
      if (!Tag.isValid(name)) {
        throw new UsageException(
            "\""
                + name
                + "\" is not a tag. Use at most 128 letters and digits, with _ . - between them.");
      }
    }
  }

  /** Returns the naming with all tags of a version, which overwrites no published version. */
  public static Publication standard() {
    return new Publication(VersionTag.all(), List.of(), false);
  }

  /** Returns this naming with other kinds of tags, or none. */
  public Publication withTags(Set<VersionTag> newTags) {
    return new Publication(newTags, names, overwriting);
  }

  /** Returns this naming with tags that do not depend on the version. */
  public Publication withNames(List<String> newNames) {
    return new Publication(tags, newNames, overwriting);
  }

  /** Returns whether images get no tag, except one that a target names. */
  boolean isUntagged() {
    return tags.isEmpty() && names.isEmpty();
  }

  public Publication withOverwriting(boolean newOverwriting) {
    return new Publication(tags, names, newOverwriting);
  }
}
