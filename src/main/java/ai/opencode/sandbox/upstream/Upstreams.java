package ai.opencode.sandbox.upstream;

import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.apk.RepositoryLine;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.OptionalLibrary;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The choice of an upstream from the user's options and the servers that can be reached. */
public final class Upstreams {

  private final Path cache;
  private final Supplier<URI> npmRegistry;
  private final RegistryAccess registries;
  private final boolean offline;
  private final Progress progress;

  /**
   * Makes a choice for one cache and network.
   *
   * @param cache the directory that builds share
   * @param npmRegistry the npm registry's address, called for only when the stand-in is made
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
   * @param lines repositories that the user names: those without a tag in place of the upstream's
   *     own, those with a tag beside them
   * @param keys keys that the user trusts beside those of the base image
   * @param settled whether lock or cache have the official upstream, so that the automatic choice
   *     neither asks the network nor falls back on the stand-in
   * @throws UsageException if the options contradict each other
   * @throws ai.opencode.sandbox.failure.NetworkException if the official upstream cannot be reached
   *     and there is no stand-in
   */
  public Upstream choose(
      UpstreamChoice.Kind choice,
      Platform platform,
      @Nullable Reference base,
      List<RepositoryLine> lines,
      List<RepositoryKey> keys,
      boolean settled)
      throws IOException {
    List<RepositoryLocation> repositories = new ArrayList<>();
    List<RepositoryLine> tagged = new ArrayList<>();
    for (RepositoryLine line : lines) {
      if (line.isTagged()) {
        tagged.add(line);
      } else {
        repositories.add(line.location());
      }
    }
    OwnSources more = new OwnSources(keys, tagged);
    boolean own = base != null || !repositories.isEmpty();
    return switch (choice) {
      case OFFICIAL -> {
        requireOnlyOfficial(more);
        yield OfficialUpstream.of(base, repositories);
      }
      case MIRROR -> {
        if (!own && more.isEmpty()) {
          throw new UsageException(
              "--upstream mirror has no address. Name the mirror with --base, --repository or"
                  + " both.");
        }
        yield mirror(base, repositories).with(UpstreamKind.MIRROR, more);
      }
      case STAND_IN -> {
        if (own) {
          throw new UsageException(
              "The stand-in has its own base image and repository. Leave out --base and"
                  + " --repository, or use --upstream mirror.");
        }
        yield with(more, standIn(requireProvider(), platform));
      }
      case AUTO -> with(more, own ? mirror(base, repositories) : auto(platform, settled));
    };
  }

  /** Official content together with the user's own has the rank of a mirror. */
  private static Upstream with(OwnSources more, Upstream upstream) {
    return more.isEmpty()
        ? upstream
        : upstream.with(
            upstream.kind() == UpstreamKind.OFFICIAL ? UpstreamKind.MIRROR : upstream.kind(), more);
  }

  private static void requireOnlyOfficial(OwnSources more) {
    if (!more.isEmpty()) {
      throw new UsageException(
          "--upstream official takes only Alpine's own packages and keys, not "
              + (more.repositories().isEmpty()
                  ? "the key " + more.keys().get(0).name()
                  : more.repositories().get(0))
              + ". Leave out --key and --repository, or use --upstream mirror.");
    }
  }

  private Upstream auto(Platform platform, boolean settled) throws IOException {
    if (settled) {
      return official();
    }
    if (offline) {
      return cachedStandIn(platform);
    }
    progress.step(Stage.UPSTREAM, "asking Docker Hub and Alpine's mirror");
    Optional<String> unreachable = new Reachability(registries).firstUnreachable();
    if (unreachable.isEmpty()) {
      return official();
    }
    Optional<UpstreamProvider> provider = provider();
    if (provider.isEmpty()) {
      throw new NetworkException(
          "Cannot reach "
              + unreachable.get()
              + ". Check the network, or name a mirror with --base and --repository. For trials"
              + " without them, add "
              + OptionalLibrary.STAND_IN.coordinates()
              + ".");
    }
    // Consoles print warnings only at the end, so the user learns the reason for the wait here.
    progress.done(Stage.UPSTREAM, unreachable.get() + " does not answer: the stand-in is used");
    progress.warn(
        "Cannot reach "
            + unreachable.get()
            + ", so the stand-in is used. Pass --upstream official to fail instead.");
    return standIn(provider.get(), platform);
  }

  /** Returns the stand-in from the cache, for an offline build without an official input. */
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
            + ", and --offline forbids fetching one. Build once without --offline, or from an"
            + " archive of inputs (--upstream DIRECTORY).";
    return cause == null ? new NetworkException(message) : new NetworkException(message, cause);
  }

  private static Upstream official() {
    return OfficialUpstream.of(null, List.of());
  }

  private static Upstream mirror(@Nullable Reference base, List<RepositoryLocation> repositories) {
    return new Upstream(
        UpstreamKind.MIRROR,
        new Upstream.RegistryBase(base == null ? OfficialUpstream.BASE : base),
        repositories.isEmpty() ? OfficialUpstream.REPOSITORIES : repositories);
  }

  private Upstream standIn(UpstreamProvider provider, Platform platform) throws IOException {
    UpstreamProvider.Wishes wishes =
        new UpstreamProvider.Wishes(cache, platform, npmRegistry, registries.network(), offline);
    if (offline) {
      Upstream cached = provider.prepare(wishes, progress);
      warnOfTheStandIn();
      return cached;
    }
    warnOfTheStandIn(); // before, because making the stand-in takes minutes
    return provider.prepare(wishes, progress);
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
                    "The stand-in is not on the class path. Add "
                        + OptionalLibrary.STAND_IN.coordinates()
                        + ", or use another upstream."));
  }
}
