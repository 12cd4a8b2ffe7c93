package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The upstream that a user requests. */
@Api
public sealed interface UpstreamChoice {

  /** The official upstream, or the stand-in if the official one cannot be reached. */
  UpstreamChoice AUTO = Kind.AUTO;

  /** Docker Hub's Alpine image and Alpine's own mirror. */
  UpstreamChoice OFFICIAL = Kind.OFFICIAL;

  /** The same content at the user's own addresses. */
  UpstreamChoice MIRROR = Kind.MIRROR;

  /** Alpine packages generated from Debian's, for trials. */
  UpstreamChoice STAND_IN = Kind.STAND_IN;

  /** Returns the kind of the images; empty if only the build determines it. */
  Optional<UpstreamKind> kind();

  /** The choices with a name. */
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

  /** An archive of inputs, with the kind of the upstream that it was made from. */
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
   * Parses {@code official}, {@code mirror}, {@code stand-in}, {@code auto}, or the directory or
   * reference of an archive.
   *
   * @throws UsageException if the text is none of them
   */
  static UpstreamChoice of(String text) {
    for (Kind kind : Kind.values()) {
      if (kind.toString().equals(text)) {
        return kind;
      }
    }
    // A single word is a misspelled name unless such a directory exists.
    if (text.contains("/") || text.startsWith("oci:") || isFolder(text)) {
      return new Archive(ArchivePlace.of(text));
    }
    throw new UsageException(
        "\""
            + text
            + "\" is not an upstream. Use "
            + Arrays.stream(Kind.values()).map(Kind::toString).collect(Collectors.joining(", "))
            + ", or an archive's directory or reference.");
  }

  private static boolean isFolder(String text) {
    String folder = text.replaceFirst("@sha256:[0-9a-f]{64}$", "");
    return folder.matches("[\\w.-]+") && Files.isDirectory(Path.of(folder));
  }
}
