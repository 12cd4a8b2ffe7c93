package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.stability.Api;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The user's choice of an upstream. */
@Api
public sealed interface UpstreamChoice {

  /** The official upstream, or the stand-in if the official one cannot be reached. */
  UpstreamChoice AUTO = Kind.AUTO;

  /** Docker Hub's Alpine image and Alpine's own mirror. */
  UpstreamChoice OFFICIAL = Kind.OFFICIAL;

  /** The same content at addresses that the user names. */
  UpstreamChoice MIRROR = Kind.MIRROR;

  /** Alpine packages made on this machine from Debian's packages, for trials. */
  UpstreamChoice STAND_IN = Kind.STAND_IN;

  /** Returns the kind of upstream in the images' labels; empty if only the build finds it out. */
  Optional<UpstreamKind> kind();

  /** The choices that a word names. */
  enum Kind implements UpstreamChoice {
    AUTO(null),
    OFFICIAL(UpstreamKind.OFFICIAL),
    MIRROR(UpstreamKind.MIRROR),
    STAND_IN(UpstreamKind.STAND_IN);

    private final @Nullable UpstreamKind kind;

    /**
     * Creates a choice.
     *
     * @param kind the kind that is chosen; null if the build chooses
     */
    Kind(@Nullable UpstreamKind kind) {
      this.kind = kind;
    }

    @Override
    public Optional<UpstreamKind> kind() {
      return Optional.ofNullable(kind);
    }

    @Override
    public String toString() {
      return kind == null ? "auto" : kind.toString();
    }
  }

  /** An archive of inputs. */
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
    // Another single word is a spelling mistake, unless there is such a directory.
    if (text.contains("/") || text.startsWith("oci:") || isDirectory(text)) {
      return new Archive(ArchivePlace.of(text));
    }
    throw new UsageException(
        "\""
            + text
            + "\" is not an upstream. Use "
            + Arrays.stream(Kind.values()).map(Kind::toString).collect(Collectors.joining(", "))
            + ", or an archive's directory or reference.");
  }

  private static boolean isDirectory(String text) {
    String directory = text.replaceFirst("@sha256:[0-9a-f]{64}$", "");
    return directory.matches("[\\w.-]+") && Files.isDirectory(Path.of(directory));
  }
}
