package ai.opencode.sandbox.build;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.network.AddressCredentials;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.network.NetworkSettings;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to build, as opposed to what.
 *
 * @param platforms what each image is made for, at least one
 * @param base the image to start from; null for the upstream's own
 * @param repositories Alpine repositories as addresses or folders, without the architecture; empty
 *     for the upstream's own
 * @param npmRegistry address; null for what npm's configuration says
 * @param lockFile obeyed where it exists, written where it does not; null to do without. The lock
 *     in an archive stands in for one that does not exist
 * @param locked fail rather than resolve anything that the lock file does not settle
 * @param offline use nothing but the cache, and an archive where the upstream is one
 * @param strictScripts fail where a package has an installation script whose effect is not known,
 *     rather than warn of it
 * @param acceptArchiveLock take an archive's own lock at its word where there is no lock of one's
 *     own: its images are then labelled with the upstream that it names
 * @param allowDowngrade write a lock even where something in it goes back
 * @param version of the images, for their labels
 * @param cache folder that builds share
 * @param registries how registries are spoken with, and everything else on the network
 */
public record BuildSettings(
    List<Platform> platforms,
    UpstreamChoice upstream,
    @Nullable Reference base,
    List<String> repositories,
    @Nullable String npmRegistry,
    @Nullable Path lockFile,
    boolean locked,
    boolean offline,
    boolean strictScripts,
    boolean acceptArchiveLock,
    boolean allowDowngrade,
    String version,
    Path cache,
    RegistryAccess registries) {

  public BuildSettings {
    platforms = List.copyOf(platforms);
    // User and password in an address would come to light wherever it is shown, in the lock too.
    AddressCredentials.Separated separated = AddressCredentials.separate(repositories);
    repositories = separated.addresses();
    if (!separated.credentials().isEmpty()) {
      NetworkSettings network = registries.network().settings();
      registries =
          registries.withNetwork(new Network(network.withCredentials(separated.credentials())));
    }
    if (platforms.isEmpty()) {
      throw new UsageException("No platform to build for; name one, such as linux/amd64");
    }
    if (locked && lockFile == null && !(upstream instanceof UpstreamChoice.Archive)) {
      throw new UsageException("--locked needs a lock file; name one with --lock");
    }
  }

  /** For this machine's platform, with whatever upstream is within reach, without lock file. */
  public static BuildSettings standard() {
    return new BuildSettings(
        List.of(Platform.host()),
        UpstreamChoice.AUTO,
        null,
        List.of(),
        null,
        null,
        false,
        false,
        false,
        false,
        false,
        "dev",
        defaultCache(),
        RegistryAccess.standard());
  }

  /**
   * {@code $XDG_CACHE_HOME/opencode-sandbox}, which is in {@code ~/.cache} where nothing is set.
   */
  public static Path defaultCache() {
    String configured = System.getenv("XDG_CACHE_HOME");
    Path caches =
        configured == null || configured.isEmpty()
            ? Path.of(System.getProperty("user.home", "/"), ".cache")
            : Path.of(configured);
    return caches.resolve("opencode-sandbox");
  }

  public BuildSettings withPlatforms(List<Platform> newPlatforms) {
    Draft draft = new Draft(this);
    draft.platforms = newPlatforms;
    return draft.settings();
  }

  public BuildSettings withUpstream(UpstreamChoice newUpstream) {
    Draft draft = new Draft(this);
    draft.upstream = newUpstream;
    return draft.settings();
  }

  public BuildSettings withBase(@Nullable Reference newBase) {
    Draft draft = new Draft(this);
    draft.base = newBase;
    return draft.settings();
  }

  public BuildSettings withRepositories(List<String> newRepositories) {
    Draft draft = new Draft(this);
    draft.repositories = newRepositories;
    return draft.settings();
  }

  public BuildSettings withNpmRegistry(@Nullable String newNpmRegistry) {
    Draft draft = new Draft(this);
    draft.npmRegistry = newNpmRegistry;
    return draft.settings();
  }

  /**
   * @param newLocked fail rather than resolve anything that the lock file does not settle
   */
  public BuildSettings withLockFile(@Nullable Path newLockFile, boolean newLocked) {
    Draft draft = new Draft(this);
    draft.lockFile = newLockFile;
    draft.locked = newLocked;
    return draft.settings();
  }

  public BuildSettings withOffline(boolean newOffline) {
    Draft draft = new Draft(this);
    draft.offline = newOffline;
    return draft.settings();
  }

  public BuildSettings withStrictScripts(boolean newStrictScripts) {
    Draft draft = new Draft(this);
    draft.strictScripts = newStrictScripts;
    return draft.settings();
  }

  public BuildSettings withAcceptArchiveLock(boolean newAcceptArchiveLock) {
    Draft draft = new Draft(this);
    draft.acceptArchiveLock = newAcceptArchiveLock;
    return draft.settings();
  }

  public BuildSettings withAllowDowngrade(boolean newAllowDowngrade) {
    Draft draft = new Draft(this);
    draft.allowDowngrade = newAllowDowngrade;
    return draft.settings();
  }

  public BuildSettings withVersion(String newVersion) {
    Draft draft = new Draft(this);
    draft.version = newVersion;
    return draft.settings();
  }

  public BuildSettings withCache(Path newCache) {
    Draft draft = new Draft(this);
    draft.cache = newCache;
    return draft.settings();
  }

  /** Credentials that came with the addresses of repositories are kept. */
  public BuildSettings withRegistries(RegistryAccess newRegistries) {
    List<AddressCredentials> known = network().settings().credentials();
    Draft draft = new Draft(this);
    draft.registries =
        known.isEmpty()
            ? newRegistries
            : newRegistries.withNetwork(
                new Network(newRegistries.network().settings().withCredentials(known)));
    return draft.settings();
  }

  /** How servers are reached, registries and all others. */
  public Network network() {
    return registries.network();
  }

  /** The components one by one, so that a copy with another value names that value only. */
  private static final class Draft {
    List<Platform> platforms;
    UpstreamChoice upstream;
    @Nullable Reference base;
    List<String> repositories;
    @Nullable String npmRegistry;
    @Nullable Path lockFile;
    boolean locked;
    boolean offline;
    boolean strictScripts;
    boolean acceptArchiveLock;
    boolean allowDowngrade;
    String version;
    Path cache;
    RegistryAccess registries;

    Draft(BuildSettings settings) {
      platforms = settings.platforms();
      upstream = settings.upstream();
      base = settings.base();
      repositories = settings.repositories();
      npmRegistry = settings.npmRegistry();
      lockFile = settings.lockFile();
      locked = settings.locked();
      offline = settings.offline();
      strictScripts = settings.strictScripts();
      acceptArchiveLock = settings.acceptArchiveLock();
      allowDowngrade = settings.allowDowngrade();
      version = settings.version();
      cache = settings.cache();
      registries = settings.registries();
    }

    BuildSettings settings() {
      return new BuildSettings(
          platforms,
          upstream,
          base,
          repositories,
          npmRegistry,
          lockFile,
          locked,
          offline,
          strictScripts,
          acceptArchiveLock,
          allowDowngrade,
          version,
          cache,
          registries);
    }
  }
}
