package ai.opencode.sandbox.security;

import ai.opencode.sandbox.failure.UsageException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The forms in which {@link SecurityOptions} are written out, each with comments that say what an
 * option does and what it does not.
 */
public enum ExportFormat {
  /** A {@code docker run} command for any POSIX shell. */
  DOCKER,
  /** A {@code podman run} command for any POSIX shell. */
  PODMAN,
  /** A file for {@code docker compose}. */
  COMPOSE,
  /** A Kubernetes pod, within the "restricted" pod security standard where the options are. */
  KUBERNETES,
  /** {@code devcontainer.json}, JSON with comments. */
  DEVCONTAINER,
  /** The options by their names; what comments say elsewhere is in {@code remarks}. */
  JSON;

  /**
   * Parses the name as the command line has it, in lower case.
   *
   * @throws UsageException where there is no such format
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
            + "\"; use one of "
            + Arrays.stream(values())
                .map(ExportFormat::toString)
                .collect(Collectors.joining(", ")));
  }

  /**
   * Writes the options out for an image.
   *
   * @param image as the reader of the text will name it
   * @throws UsageException where {@code image} has white space or control characters in it
   */
  public String export(SecurityOptions options, String image) {
    if (!image.matches("[A-Za-z0-9][\\x21-\\x7e]*")) {
      throw new UsageException("\"" + image + "\" does not name an image");
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
