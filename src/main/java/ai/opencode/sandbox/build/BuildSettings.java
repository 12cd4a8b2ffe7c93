package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.apk.RepositoryLine;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.network.AddressCredentials;
import ai.opencode.sandbox.network.Network;
import ai.opencode.sandbox.network.NetworkSettings;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.stability.Api;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a build, independent of its images.
 *
 * @param platforms the platforms of each image, at least one
 * @param strictScripts whether an installation script with an unknown effect is an error, not a
 *     warning
 * @param stamp version and creation time of the images, and the statements about them
 * @param cache the directory that builds share
 * @param registries the settings for registries and all other servers
 */
@Api
public record BuildSettings(
    List<Platform> platforms,
    InputSettings inputs,
    LockSettings lock,
    boolean strictScripts,
    ImageStamp stamp,
    Path cache,
    RegistryAccess registries) {

  /**
   * Creates settings, with credentials in addresses moved to the settings of the network.
   *
   * @throws UsageException if there is no platform, or a strict lock without a lock file
   */
  public BuildSettings {
    platforms = List.copyOf(platforms);
    // Addresses are shown in messages and written to the lock, so they must contain no password.
    List<AddressCredentials> credentials = new ArrayList<>();
    List<RepositoryLine> lines = new ArrayList<>();
    for (RepositoryLine line : inputs.repositories()) {
      AddressCredentials.Separated separated = AddressCredentials.separate(line.location().text());
      separated.credentials().ifPresent(credentials::add);
      lines.add(line.at(new RepositoryLocation(separated.address())));
    }
    inputs = inputs.withRepositoryLines(lines);
    if (!credentials.isEmpty()) {
      NetworkSettings network = registries.network().settings();
      registries = registries.withNetwork(new Network(network.withCredentials(credentials)));
    }
    if (platforms.isEmpty()) {
      throw new UsageException("No platform to build for. Name one, such as linux/amd64.");
    }
    if (lock.strict()
        && lock.file() == null
        && !(inputs.upstream() instanceof UpstreamChoice.Archive)) {
      throw new UsageException("--locked needs a lock file. Name one with --lock.");
    }
  }

  /** Returns settings for this machine's platform, the first reachable upstream and no lock. */
  public static BuildSettings standard() {
    return new BuildSettings(
        List.of(Platform.host()),
        InputSettings.standard(),
        LockSettings.none(),
        false,
        new ImageStamp("dev", null, AttestationKind.standard()),
        defaultCache(),
        RegistryAccess.standard());
  }

  /**
   * Returns {@code $XDG_CACHE_HOME/opencode-sandbox}, or {@code ~/.cache/opencode-sandbox} if the
   * variable is not set.
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
    return new BuildSettings(newPlatforms, inputs, lock, strictScripts, stamp, cache, registries);
  }

  public BuildSettings withInputs(InputSettings newInputs) {
    return new BuildSettings(platforms, newInputs, lock, strictScripts, stamp, cache, registries);
  }

  public BuildSettings withUpstream(UpstreamChoice upstream) {
    return withInputs(inputs.withUpstream(upstream));
  }

  public BuildSettings withBase(@Nullable Reference base) {
    return withInputs(inputs.withBase(base));
  }

  public BuildSettings withRepositories(List<String> repositories) {
    return withInputs(inputs.withRepositories(repositories));
  }

  public BuildSettings withNpmRegistry(@Nullable String npmRegistry) {
    return withInputs(inputs.withNpmRegistry(npmRegistry));
  }

  public BuildSettings withBasePackages(@Nullable BasePackages basePackages) {
    return withInputs(inputs.withBasePackages(basePackages));
  }

  /** Returns a copy with keys that may sign the repositories beside those in the base image. */
  public BuildSettings withKeys(List<RepositoryKey> keys) {
    return withInputs(inputs.withKeys(keys));
  }

  public BuildSettings withOffline(boolean offline) {
    return withInputs(inputs.withOffline(offline));
  }

  public BuildSettings withLock(LockSettings newLock) {
    return new BuildSettings(platforms, inputs, newLock, strictScripts, stamp, cache, registries);
  }

  /**
   * Returns a copy with a lock file.
   *
   * @param file the lock file; null for none
   * @param strict whether an image whose inputs the lock does not name is an error
   */
  public BuildSettings withLockFile(@Nullable Path file, boolean strict) {
    return withLock(lock.withFile(file, strict));
  }

  public BuildSettings withAcceptArchiveLock(boolean accept) {
    return withLock(lock.withAcceptArchive(accept));
  }

  public BuildSettings withAllowDowngrade(boolean allow) {
    return withLock(lock.withAllowDowngrade(allow));
  }

  public BuildSettings withStrictScripts(boolean newStrictScripts) {
    return new BuildSettings(platforms, inputs, lock, newStrictScripts, stamp, cache, registries);
  }

  private BuildSettings withStamp(ImageStamp newStamp) {
    return new BuildSettings(platforms, inputs, lock, strictScripts, newStamp, cache, registries);
  }

  /** Returns the version of the images. */
  public String version() {
    return stamp.version();
  }

  public BuildSettings withVersion(String version) {
    return withStamp(stamp.withVersion(version));
  }

  /**
   * Returns a copy with a creation time for the images.
   *
   * @param time the creation time of the images; null for the build date of the newest package in
   *     each image
   */
  public BuildSettings withCreationTime(@Nullable Instant time) {
    return withStamp(stamp.withCreationTime(time));
  }

  /** Returns the kinds of statements about each image that its index lists. */
  public Set<AttestationKind> attestations() {
    return stamp.attestations();
  }

  /** Returns a copy with other kinds of statements about each image; none if it is empty. */
  public BuildSettings withAttestations(Set<AttestationKind> kinds) {
    return withStamp(stamp.withAttestations(kinds));
  }

  public BuildSettings withCache(Path newCache) {
    return new BuildSettings(platforms, inputs, lock, strictScripts, stamp, newCache, registries);
  }

  /** Credentials that came with the addresses of repositories are kept. */
  public BuildSettings withRegistries(RegistryAccess newRegistries) {
    List<AddressCredentials> known = network().settings().credentials();
    RegistryAccess access =
        known.isEmpty()
            ? newRegistries
            : newRegistries.withNetwork(
                new Network(newRegistries.network().settings().withCredentials(known)));
    return new BuildSettings(platforms, inputs, lock, strictScripts, stamp, cache, access);
  }

  /** Returns a copy that reports each second of a pause that a server requests. */
  public BuildSettings reporting(Progress progress) {
    return withRegistries(registries.withProgress(progress));
  }

  /** Returns the access to the sources of inputs: none if the build is offline. */
  RegistryAccess inputAccess() {
    return inputs.offline() ? registries.withNetwork(network().offline()) : registries;
  }

  /** Access to servers, registries and all others. */
  public Network network() {
    return registries.network();
  }
}
