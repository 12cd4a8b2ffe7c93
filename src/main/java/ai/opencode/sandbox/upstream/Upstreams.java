package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
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

/** Decides where inputs come from. */
public final class Upstreams {

  private final Path cache;
  private final Supplier<URI> npmRegistry;
  private final RegistryAccess registries;
  private final boolean offline;
  private final Progress progress;

  /**
   * @param cache folder that builds share
   * @param npmRegistry asked only when the stand-in has to be made
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
   * Settles on an upstream.
   *
   * @param base a base image other than the upstream's own, or null
   * @param repositories other than the upstream's own, or empty
   * @param settled whether lock or cache have the official upstream, so that the automatic choice
   *     neither asks the network nor falls back on the stand-in
   * @throws UsageException where the wishes contradict each other
   * @throws ai.opencode.sandbox.failure.NetworkException where the official upstream cannot be
   *     reached and there is no stand-in
   */
  public Upstream choose(
      UpstreamChoice.Kind choice,
      Platform platform,
      @Nullable Reference base,
      List<String> repositories,
      boolean settled)
      throws IOException {
    boolean own = base != null || !repositories.isEmpty();
    return switch (choice) {
      case OFFICIAL -> OfficialUpstream.of(base, repositories);
      case MIRROR -> {
        if (!own) {
          throw new UsageException(
              "--upstream mirror needs --base, --repository or both: where is the mirror?");
        }
        yield mirror(base, repositories);
      }
      case STAND_IN -> {
        if (own) {
          throw new UsageException(
              "The stand-in brings its own base image and repository; leave out --base and"
                  + " --repository, or use --upstream mirror");
        }
        yield standIn(requireProvider(), platform);
      }
      case AUTO -> own ? mirror(base, repositories) : auto(platform, settled);
    };
  }

  private Upstream auto(Platform platform, boolean settled) throws IOException {
    if (settled) {
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
              + " cannot be reached from here; check the network, or name a mirror with --base and"
              + " --repository");
    }
    progress.warn(unreachable.get() + " cannot be reached from here (--upstream official insists)");
    return standIn(provider.get(), platform);
  }

  /**
   * What is left where nobody may be asked, and neither lock nor cache lead to the official one.
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
            + ", and --offline forbids to look for one; build once without --offline, or from an"
            + " archive of inputs (--upstream FOLDER)";
    return cause == null ? new NetworkException(message) : new NetworkException(message, cause);
  }

  private static Upstream official() {
    return OfficialUpstream.of(null, List.of());
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
    warnOfTheStandIn(); // Making it takes minutes: rather before than after.
    return provider.prepare(wishes, event -> progress.step("upstream", event));
  }

  private void warnOfTheStandIn() {
    progress.warn(
        "These images are made from the stand-in, which is Debian's software in Alpine's format:"
            + " for trying out, not for publishing");
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
                    "The library does not bring the stand-in; add its artifact, with the classifier"
                        + " stand-in, to the class path, or use another upstream"));
  }
}
