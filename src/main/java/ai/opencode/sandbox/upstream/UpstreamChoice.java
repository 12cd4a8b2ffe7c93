package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.stability.Api;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which upstream a user asks for. */
@Api
public sealed interface UpstreamChoice {

  /** The official one; the stand-in where the network does not lead there. */
  UpstreamChoice AUTO = Kind.AUTO;

  /** Docker Hub's Alpine image and Alpine's own mirror. */
  UpstreamChoice OFFICIAL = Kind.OFFICIAL;

  /** The same content at addresses of the user's own. */
  UpstreamChoice MIRROR = Kind.MIRROR;

  /** Alpine packages made on the spot from Debian's, for trying out. */
  UpstreamChoice STAND_IN = Kind.STAND_IN;

  /** The kind that the images will have; empty where that is found out by the build alone. */
  Optional<UpstreamKind> kind();

  /** Those that a word names. */
  enum Kind implements UpstreamChoice {
    AUTO,
    OFFICIAL,
    MIRROR,
    STAND_IN;

    @Override
    public Optional<UpstreamKind> kind() {
      return UpstreamKind.of(toString());
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Whatever an archive of inputs was made from. */
  record Archive(ArchivePlace place) implements UpstreamChoice {
    @Override
    public Optional<UpstreamKind> kind() {
      return Optional.empty();
    }

    @Override
    public String toString() {
      return place.toString();
    }
  }

  /**
   * Parses {@code official}, {@code mirror}, {@code stand-in}, {@code auto}, or the folder or
   * reference of an archive.
   *
   * @throws UsageException where it is none of them
   */
  static UpstreamChoice of(String text) {
    for (Kind kind : Kind.values()) {
      if (kind.toString().equals(text)) {
        return kind;
      }
    }
    // A word alone is a misspelt one, unless there is such a folder.
    if (text.contains("/") || text.startsWith("oci:") || isFolder(text)) {
      return new Archive(ArchivePlace.of(text));
    }
    throw new UsageException(
        "\""
            + text
            + "\" is not an upstream; use "
            + Arrays.stream(Kind.values()).map(Kind::toString).collect(Collectors.joining(", "))
            + ", or an archive's folder or reference");
  }

  private static boolean isFolder(String text) {
    String folder = text.replaceFirst("@sha256:[0-9a-f]{64}$", "");
    return folder.matches("[\\w.-]+") && Files.isDirectory(Path.of(folder));
  }
}
