package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The choice of an upstream. */
public final class Upstreams {

  private final Path cache;
  private final Supplier<URI> npmRegistry;
  private final RegistryAccess registries;
  private final boolean offline;
  private final Progress progress;

  /**
   * Creates the choice.
   *
   * @param cache directory that builds share
   * @param npmRegistry evaluated only if the stand-in must be generated
   * @param offline whether the stand-in must be in the cache
   */
  public Upstreams(
      Path cache,
      Supplier<URI> npmRegistry,
      RegistryAccess registries,
      boolean offline,
      Progress progress) {
    this.cache = cache;
    this.npmRegistry = npmRegistry;
    this.registries = registries;
    this.offline = offline;
    this.progress = progress;
  }

  /**
   * Chooses an upstream.
   *
   * @param base a base image other than the upstream's own, or null
   * @param repositories other than the upstream's own, or empty
   * @param standInForbidden the reason against the stand-in; empty if it is allowed
   * @throws UsageException if the parameters contradict each other
   * @throws ai.opencode.sandbox.failure.NetworkException if the official upstream cannot be reached
   *     and the stand-in is forbidden
   */
  public Upstream choose(
      UpstreamChoice.Kind choice,
      Platform platform,
      @Nullable Reference base,
      List<String> repositories,
      Optional<String> standInForbidden)
      throws IOException {
    boolean own = base != null || !repositories.isEmpty();
    return switch (choice) {
      case OFFICIAL -> {
        if (own) {
          throw new UsageException(
              "--upstream official has a base image and repositories of its own, not "
                  + (base != null ? base : repositories.get(0))
                  + ". Use --upstream mirror.");
        }
        yield official();
      }
      case MIRROR -> {
        if (!own) {
          throw new UsageException(
              "--upstream mirror needs the mirror's addresses. Give --base, --repository or both.");
        }
        yield mirror(base, repositories);
      }
      case STAND_IN -> {
        if (own) {
          throw new UsageException(
              "The stand-in has its own base image and repository. Remove --base and"
                  + " --repository, or use --upstream mirror.");
        }
        yield standIn(requireProvider(), platform);
      }
      case AUTO -> own ? mirror(base, repositories) : auto(platform, standInForbidden);
    };
  }

  private Upstream auto(Platform platform, Optional<String> standInForbidden) throws IOException {
    if (standInForbidden.isPresent()) {
      return official();
    }
    if (offline) {
      return cachedStandIn(platform);
    }
    progress.step("upstream", "asking Docker Hub and Alpine's mirror");
    Optional<String> unreachable = new Reachability(registries).firstUnreachable();
    if (unreachable.isEmpty()) {
      return official();
    }
    Optional<UpstreamProvider> provider = provider();
    if (provider.isEmpty()) {
      throw new NetworkException(
          unreachable.get()
              + " cannot be reached. Check the network, or name a mirror with --base and"
              + " --repository.");
    }
    progress.warn(
        unreachable.get() + " cannot be reached. Pass --upstream official to fail instead.");
    return standIn(provider.get(), platform);
  }

  /**
   * Returns the stand-in from the cache: the only choice if no server may be contacted, and neither
   * lock nor cache contain the official upstream.
   */
  private Upstream cachedStandIn(Platform platform) throws IOException {
    Optional<UpstreamProvider> provider = provider();
    try {
      if (provider.isPresent()) {
        return standIn(provider.get(), platform);
      }
    } catch (NetworkException absent) {
      throw nothingCached(platform, absent);
    }
    throw nothingCached(platform, null);
  }

  private static NetworkException nothingCached(Platform platform, @Nullable Exception cause) {
    String message =
        "The cache has no upstream for "
            + platform
            + ", and --offline forbids the search for one. Build once without --offline, or from an"
            + " archive of inputs (--upstream DIRECTORY).";
    return cause == null ? new NetworkException(message) : new NetworkException(message, cause);
  }

  private static Upstream official() {
    return new Upstream(
        UpstreamKind.OFFICIAL,
        new Upstream.RegistryBase(OfficialUpstream.BASE),
        OfficialUpstream.REPOSITORIES);
  }

  private static Upstream mirror(@Nullable Reference base, List<String> repositories) {
    return new Upstream(
        UpstreamKind.MIRROR,
        new Upstream.RegistryBase(base == null ? OfficialUpstream.BASE : base),
        repositories.isEmpty() ? OfficialUpstream.REPOSITORIES : repositories);
  }

  private Upstream standIn(UpstreamProvider provider, Platform platform) throws IOException {
    UpstreamProvider.Wishes wishes =
        new UpstreamProvider.Wishes(cache, platform, npmRegistry, registries.network(), offline);
    if (offline) {
      Upstream cached = provider.prepare(wishes, event -> progress.step("upstream", event));
      warnOfTheStandIn();
      return cached;
    }
    warnOfTheStandIn(); // Generating it takes minutes, so the warning comes first.
    return provider.prepare(wishes, event -> progress.step("upstream", event));
  }

  private void warnOfTheStandIn() {
    progress.warn(
        "These images are made from the stand-in, which is Debian's software in Alpine's format."
            + " Use them for trials, and do not publish them.");
  }

  private static Optional<UpstreamProvider> provider() {
    return ServiceLoader.load(UpstreamProvider.class, Upstreams.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .filter(each -> each.kind() == UpstreamKind.STAND_IN)
        .findFirst();
  }

  private static UpstreamProvider requireProvider() {
    return provider()
        .orElseThrow(
            () ->
                new UsageException(
                    "The library does not contain the stand-in. Add its artifact, with the"
                        + " classifier stand-in, to the class path, or use another upstream."));
  }
}
