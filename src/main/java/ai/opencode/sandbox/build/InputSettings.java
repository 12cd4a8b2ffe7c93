package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.apk.RepositoryLine;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.stability.Api;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The user's choice of the places that the inputs of images come from.
 *
 * @param upstream the choice of an upstream
 * @param base the base image; null for the upstream's own
 * @param repositories Alpine repositories as addresses or directories, without the architecture;
 *     with a tag ({@code @acme https://apk.acme.example/v1}) beside the upstream's own, without one
 *     in place of these
 * @param npmRegistry the npm registry's address; null for the one in npm's configuration
 * @param basePackages the treatment of the base's packages; null for the choice in the lock or, if
 *     there is none, {@link BasePackages#UPGRADE}
 * @param offline whether only the cache may be used, and the archive if one is the upstream
 * @param keys keys that may sign the repositories beside those in the base image; images get them
 *     in {@code /etc/apk/keys}
 */
@Api
public record InputSettings(
    UpstreamChoice upstream,
    @Nullable Reference base,
    List<RepositoryLine> repositories,
    @Nullable String npmRegistry,
    @Nullable BasePackages basePackages,
    boolean offline,
    List<RepositoryKey> keys) {

  public InputSettings {
    repositories = List.copyOf(repositories);
    keys = List.copyOf(keys);
    Map<String, RepositoryKey> byName = new HashMap<>();
    for (RepositoryKey key : keys) {
      RepositoryKey other = byName.putIfAbsent(key.name(), key);
      if (other != null && !other.equals(key)) {
        throw new UsageException(
            "Two keys have the name " + key.name() + ". Give one of their files another name.");
      }
    }
  }

  /** Returns the settings for the first upstream that is reachable, with its defaults. */
  public static InputSettings standard() {
    return new InputSettings(UpstreamChoice.AUTO, null, List.of(), null, null, false, List.of());
  }

  public InputSettings withUpstream(UpstreamChoice newUpstream) {
    return new InputSettings(
        newUpstream, base, repositories, npmRegistry, basePackages, offline, keys);
  }

  public InputSettings withBase(@Nullable Reference newBase) {
    return new InputSettings(
        upstream, newBase, repositories, npmRegistry, basePackages, offline, keys);
  }

  /**
   * Returns a copy with other repositories.
   *
   * @throws UsageException if a tag has no repository or cannot be one
   */
  public InputSettings withRepositories(List<String> lines) {
    return withRepositoryLines(lines.stream().map(RepositoryLine::of).toList());
  }

  InputSettings withRepositoryLines(List<RepositoryLine> newRepositories) {
    return new InputSettings(
        upstream, base, newRepositories, npmRegistry, basePackages, offline, keys);
  }

  public InputSettings withNpmRegistry(@Nullable String newNpmRegistry) {
    return new InputSettings(
        upstream, base, repositories, newNpmRegistry, basePackages, offline, keys);
  }

  public InputSettings withBasePackages(@Nullable BasePackages newBasePackages) {
    return new InputSettings(
        upstream, base, repositories, npmRegistry, newBasePackages, offline, keys);
  }

  public InputSettings withOffline(boolean newOffline) {
    return new InputSettings(
        upstream, base, repositories, npmRegistry, basePackages, newOffline, keys);
  }

  /**
   * Returns a copy with keys that may sign the repositories beside those in the base image.
   *
   * @throws UsageException if two different keys have the same name
   */
  public InputSettings withKeys(List<RepositoryKey> newKeys) {
    return new InputSettings(
        upstream, base, repositories, npmRegistry, basePackages, offline, newKeys);
  }
}
