package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.oci.Architecture;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options for the content that images are made from. */
final class Inputs {

  @Option(
      names = "--platform",
      split = ",",
      description = Architecture.PLATFORMS + ", or several with commas. Default: this machine's")
  private List<String> platforms = new ArrayList<>();

  @Option(
      names = "--upstream",
      description = {
        "Source of base image and packages: official (Docker Hub and Alpine), mirror, stand-in (made from Debian's packages), auto (official, or stand-in if that cannot be reached), or an archive's directory or reference.",
        "Default: ${DEFAULT-VALUE}"
      },
      defaultValue = "auto")
  private String upstream = "auto";

  @Option(names = "--base", paramLabel = "REFERENCE", description = "Base image, pinned by digest.")
  private @Nullable String base;

  @Option(
      names = "--repository",
      paramLabel = "ADDRESS",
      split = ",",
      description = "Alpine repository, as address or directory without the architecture.")
  private List<String> repositories = new ArrayList<>();

  @Option(
      names = "--base-packages",
      paramLabel = "upgrade|keep",
      description = {
        "Whether packages of the base image are brought up to date, as apk upgrade does.",
        "Default: what the lock says, else upgrade"
      })
  private @Nullable String basePackages;

  @Option(
      names = "--npm-registry",
      paramLabel = "ADDRESS",
      description = "npm registry. Default: the one in npm's configuration")
  private @Nullable String npmRegistry;

  @Option(
      names = "--lock",
      paramLabel = "FILE",
      description = {
        "Lock file, used if it exists and written otherwise. The stand-in has no lock.",
        "Default: layers/sandbox.lock.json if there is a directory layers, else none"
      })
  private @Nullable Path lock;

  static final Path DEFAULT_LOCK = Path.of("layers", "sandbox.lock.json");

  @Option(
      names = "--offline",
      description = "Use only the cache, and the archive that --upstream names.")
  private boolean offline;

  @Option(
      names = "--cache",
      paramLabel = "DIRECTORY",
      description =
          "Directory of the cache. Default: opencode-sandbox in the user's cache directory")
  private @Nullable Path cache;

  @Option(
      names = "--image-version",
      paramLabel = "VERSION",
      description = "Version of the images: a label, and the tag in registries.",
      defaultValue = "dev")
  private String imageVersion = "dev";

  @Mixin private OwnFile ownFile = new OwnFile();

  @Mixin private Connections connections = new Connections();

  Connections connections() {
    return connections;
  }

  UpstreamChoice upstream() {
    return UpstreamChoice.of(upstream);
  }

  /** Tells whether the user names a base image or repositories. */
  boolean isMirror() {
    return base != null || !repositories.isEmpty();
  }

  @Nullable Path lockFile() {
    if (lock == null && Files.isDirectory(Path.of("layers"))) {
      return DEFAULT_LOCK;
    }
    return lock;
  }

  boolean namesPlatforms() {
    return !platforms.isEmpty();
  }

  Path requiredLockFile() {
    Path file = lockFile();
    if (file == null) {
      throw new UsageException(
          "There is no directory layers here. Name the lock file with --lock.");
    }
    return file;
  }

  /** Returns the settings without a lock file. */
  BuildSettings settings() {
    return settings(List.of());
  }

  /**
   * Returns the settings without a lock file.
   *
   * @param registries the registries that images or inputs are sent to; if there are none, the
   *     credentials that the user gives are for the archive that is read
   */
  BuildSettings settings(List<String> registries) {
    BuildSettings settings =
        BuildSettings.standard()
            .withRegistries(connections.to(registries.isEmpty() ? archive() : registries))
            .withUpstream(upstream())
            .withBase(base == null ? null : Reference.of(base))
            .withRepositories(repositories)
            .withNpmRegistry(npmRegistry)
            .withBasePackages(basePackages())
            .withOffline(offline)
            .withVersion(imageVersion);
    if (!platforms.isEmpty()) {
      settings = settings.withPlatforms(platforms.stream().map(Platform::of).toList());
    }
    return cache == null ? settings : settings.withCache(cache);
  }

  private @Nullable BasePackages basePackages() {
    return basePackages == null
        ? null
        : BasePackages.of(basePackages)
            .orElseThrow(
                () ->
                    new UsageException(
                        "\""
                            + basePackages
                            + "\" is not a choice for the base's packages. Write --base-packages"
                            + " upgrade, or keep."));
  }

  private List<String> archive() {
    return upstream() instanceof UpstreamChoice.Archive archive
            && archive.place() instanceof ArchivePlace.InRegistry repository
        ? List.of(repository.reference().registry())
        : List.of();
  }
}
