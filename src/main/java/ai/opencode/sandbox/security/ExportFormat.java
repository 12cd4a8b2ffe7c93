package ai.opencode.sandbox.security;

import ai.opencode.sandbox.failure.UsageException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The export formats of {@link SecurityOptions}, each with comments that describe the effect and
 * the limits of the options.
 */
public enum ExportFormat {
  /** A {@code docker run} command for any POSIX shell. */
  DOCKER,
  /** A {@code podman run} command for any POSIX shell. */
  PODMAN,
  /** A file for {@code docker compose}. */
  COMPOSE,
  /** A Kubernetes pod; it meets the "restricted" Pod Security Standard if the options do. */
  KUBERNETES,
  /** {@code devcontainer.json}, JSON with comments. */
  DEVCONTAINER,
  /** The options by their names; the remarks take the place of comments. */
  JSON;

  /**
   * Parses the name as on the command line, in lower case.
   *
   * @throws UsageException if the format does not exist
   */
  public static ExportFormat of(String name) {
    for (ExportFormat format : values()) {
      if (format.toString().equals(name)) {
        return format;
      }
    }
    throw new UsageException(
        "There is no format \""
            + name
            + "\". Use one of "
            + Arrays.stream(values())
                .map(ExportFormat::toString)
                .collect(Collectors.joining(", ")));
  }

  /**
   * Exports the options for an image.
   *
   * @param image the image's name for the reader of the text
   * @throws UsageException if {@code image} contains white space or control characters
   */
  public String export(SecurityOptions options, String image) {
    if (!image.matches("[A-Za-z0-9][\\x21-\\x7e]*")) {
      throw new UsageException(
          "\"" + image + "\" is not an image name. Write it without spaces, like alpine:3.20.");
    }
    return switch (this) {
      case DOCKER -> RunCommandLine.export(EngineKind.DOCKER, options, image);
      case PODMAN -> RunCommandLine.export(EngineKind.PODMAN, options, image);
      case COMPOSE -> ComposeFile.export(options, image);
      case KUBERNETES -> PodManifest.export(options, image);
      case DEVCONTAINER -> DevcontainerFile.export(options, image);
      case JSON -> JsonExport.export(options, image);
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
