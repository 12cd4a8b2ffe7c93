package ai.opencode.sandbox.build;

import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.stability.Api;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sources of the inputs of images.
 *
 * @param base the image to start from; null for the upstream's own
 * @param repositories Alpine repositories as addresses or directories, without the architecture;
 *     empty for the upstream's own
 * @param npmRegistry address; null for what npm's configuration says
 * @param basePackages the treatment of the base's packages; null for the lock's, which is {@link
 *     BasePackages#UPGRADE} where it does not say
 * @param offline use nothing but the cache, and an archive where the upstream is one
 */
@Api
public record InputSettings(
    UpstreamChoice upstream,
    @Nullable Reference base,
    List<String> repositories,
    @Nullable String npmRegistry,
    @Nullable BasePackages basePackages,
    boolean offline) {

  public InputSettings {
    repositories = List.copyOf(repositories);
  }

  /** Returns the settings for the first upstream that is reachable, with its defaults. */
  public static InputSettings standard() {
    return new InputSettings(UpstreamChoice.AUTO, null, List.of(), null, null, false);
  }

  public InputSettings withUpstream(UpstreamChoice newUpstream) {
    return new InputSettings(newUpstream, base, repositories, npmRegistry, basePackages, offline);
  }

  public InputSettings withBase(@Nullable Reference newBase) {
    return new InputSettings(upstream, newBase, repositories, npmRegistry, basePackages, offline);
  }

  public InputSettings withRepositories(List<String> newRepositories) {
    return new InputSettings(upstream, base, newRepositories, npmRegistry, basePackages, offline);
  }

  public InputSettings withNpmRegistry(@Nullable String newNpmRegistry) {
    return new InputSettings(upstream, base, repositories, newNpmRegistry, basePackages, offline);
  }

  public InputSettings withBasePackages(@Nullable BasePackages newBasePackages) {
    return new InputSettings(upstream, base, repositories, npmRegistry, newBasePackages, offline);
  }

  public InputSettings withOffline(boolean newOffline) {
    return new InputSettings(upstream, base, repositories, npmRegistry, basePackages, newOffline);
  }
}
