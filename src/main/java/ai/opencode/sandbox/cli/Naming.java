package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.publish.Publication;
import ai.opencode.sandbox.publish.VersionTag;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** The options for the tags of published images. */
final class Naming {

  private static final String NONE = "none";

  @Option(
      names = "--tags",
      paramLabel = "TAG",
      split = ",",
      description = {
        "Tags of a release in registries: full (1.2.3), minor (1.2), major (1), latest; none: found"
            + " by digest only.",
        "Default: all. A pre-release has only the tag of its own version."
      })
  private List<String> tags = new ArrayList<>();

  @CommandLineOnly
  @Option(
      names = "--force",
      description =
          "Overwrite a published version, and let tags such as latest name an older version again.")
  private boolean force;

  Publication publication() {
    Publication standard = Publication.standard().withOverwriting(force);
    if (tags.isEmpty()) {
      return standard;
    }
    if (tags.contains(NONE)) {
      if (tags.size() > 1) {
        throw new UsageException(
            "--tags none is for images without a tag, and "
                + String.join(",", tags)
                + " names others too. Use none alone, or leave it out.");
      }
      return standard.withTags(Set.of());
    }
    Set<VersionTag> kinds = tags.stream().map(VersionTag::of).collect(Collectors.toSet());
    return standard.withTags(kinds);
  }
}
