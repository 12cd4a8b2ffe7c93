package ai.opencode.sandbox.cli;

import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.build.ImpliedSettings;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.oci.Architecture;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.upstream.ArchivePlace;
import ai.opencode.sandbox.upstream.OfficialUpstream;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options for the content that images are made from. */
final class Inputs {

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = "--platform",
      paramLabel = "PLATFORM",
      split = ",",
      description = Architecture.PLATFORMS + ", or several with commas. Default: this machine's")
  private List<String> platforms = new ArrayList<>();

  @Option(
      names = "--upstream",
      paramLabel = "UPSTREAM",
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
      description =
          "Alpine repository, as address or directory without the architecture, in place of the"
              + " upstream's own; \"@TAG ADDRESS\" beside them.")
  private List<String> repositories = new ArrayList<>();

  @Option(
      names = "--key",
      paramLabel = "FILE",
      split = ",",
      description =
          "Public key that signs a repository of your own, besides the keys in the base image. The"
              + " images get it too.")
  private List<Path> keys = new ArrayList<>();

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
        "Default: sandbox.lock.json beside sandbox.yaml, else layers/sandbox.lock.json if there is a"
            + " directory layers, else none"
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

  @Mixin private Connections connections = new Connections();

  Connections connections() {
    return connections;
  }

  UpstreamChoice upstream() {
    return UpstreamChoice.of(upstream);
  }

  /** Returns whether the user names a base image, repositories or keys. */
  boolean isMirror() {
    return base != null || !repositories.isEmpty() || !keys.isEmpty() || mirror() != null;
  }

  /** Returns whether the user, or the file of one's own images, names a base image. */
  boolean hasOwnBase() {
    return base != null;
  }

  /**
   * Returns whether base and repositories are those that the program has by default. An archive of
   * inputs has its own, so these do not contradict it as options would.
   */
  private boolean isDefault() {
    ProgramDefaults defaults = spec == null ? ProgramDefaults.none() : Edition.of(spec).defaults();
    Reference standard = defaults.base();
    return (base == null || (standard != null && base.equals(standard.toString())))
        && (repositories.isEmpty() || repositories.equals(defaults.repositories()));
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
  BuildSettings settings() throws IOException {
    return settings(List.of());
  }

  /**
   * Returns the settings without a lock file.
   *
   * @param registries the registries that images or inputs are sent to; if there are none, the
   *     credentials that the user gives are for the archive that is read
   */
  BuildSettings settings(List<String> registries) throws IOException {
    boolean ofArchive = upstream() instanceof UpstreamChoice.Archive && isDefault();
    boolean withoutBase = ofArchive || (upstream() == UpstreamChoice.STAND_IN && isDefault());
    Reference own = base == null || withoutBase ? null : Reference.of(base);
    BuildSettings settings =
        BuildSettings.standard()
            .withRegistries(connections.to(registries.isEmpty() ? archive() : registries))
            .withUpstream(upstream())
            .withBase(own)
            .withRepositories(ofArchive ? List.of() : repositories(own))
            .withKeys(RepositoryKey.readAll(keys))
            .withNpmRegistry(npmRegistry)
            .withBasePackages(basePackages())
            .withOffline(offline)
            .withVersion(imageVersion);
    if (!platforms.isEmpty()) {
      settings = settings.withPlatforms(platforms.stream().map(Platform::of).toList());
    }
    return cache == null ? settings : settings.withCache(cache);
  }

  /** Returns the repositories that the user names, or those of the mirror beside tagged ones. */
  private List<String> repositories(@Nullable Reference ofBase) {
    List<String> all = new ArrayList<>();
    String mirror = mirror();
    if (mirror != null) {
      OfficialUpstream.repositories(ofBase, mirror).forEach(each -> all.add(each.text()));
    }
    all.addAll(repositories);
    return all;
  }

  /** Returns the program's mirror of Alpine; null if there is none, or another source is chosen. */
  private @Nullable String mirror() {
    return spec != null && ImpliedSettings.takesMirror(upstream(), repositories)
        ? Edition.of(spec).defaults().alpineMirror()
        : null;
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
