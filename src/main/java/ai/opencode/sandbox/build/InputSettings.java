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
 * @param upstream the choice of an upstream
 * @param base the base image; null for the upstream's own
 * @param repositories Alpine repositories as addresses or directories, without the architecture;
 *     empty for the upstream's own
 * @param npmRegistry the npm registry's address; null for the one in npm's configuration
 * @param basePackages the treatment of the base's packages; null for the choice in the lock or, if
 *     there is none, {@link BasePackages#UPGRADE}
 * @param offline whether only the cache may be used, and the archive if one is the upstream
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
