package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.build.ImpliedSettings;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.lock.BasePackages;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.upstream.OfficialUpstream;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** The parameters for the content that images are made from. */
@NullUnmarked
abstract class InputsMojo extends SandboxMojo {

  /** linux/amd64, linux/arm64 or both. Default: those of the file, else this machine's. */
  @Parameter(property = "sandbox.platform")
  private List<String> platforms;

  /**
   * Source of base image and packages: official (Docker Hub and Alpine), mirror, stand-in (made
   * from Debian's packages), auto (official, or the stand-in if that cannot be reached and the
   * stand-in is a dependency of the plugin), or an archive's directory or reference.
   */
  @Parameter(property = "sandbox.upstream", defaultValue = "auto")
  private String upstream;

  /** Base image, pinned by digest. */
  @Parameter(property = "sandbox.base")
  private String base;

  /**
   * Alpine repositories, each as address or directory without the architecture, in place of the
   * upstream's own; "@TAG ADDRESS" beside them.
   */
  @Parameter(property = "sandbox.repository")
  private List<String> repositories;

  /** Public keys that sign repositories of your own. The images get them too. */
  @Parameter(property = "sandbox.key")
  private List<File> keys;

  /** upgrade or keep: whether packages of the base image are brought up to date. */
  @Parameter(property = "sandbox.base.packages")
  private String basePackages;

  /** npm registry. Default: the one in npm's configuration. */
  @Parameter(property = "sandbox.npm.registry")
  private String npmRegistry;

  /** Lock file. Default: sandbox.lock.json beside sandbox.yaml, else beside the POM. */
  @Parameter(property = "sandbox.lock")
  private File lock;

  /** Directory of the cache. Default: opencode-sandbox in the user's cache directory. */
  @Parameter(property = "sandbox.cache")
  private File cache;

  /** Version of the images: a label, and the tag in registries. */
  @Parameter(property = "sandbox.version", defaultValue = "${project.version}")
  private String imageVersion;

  UpstreamChoice upstream() {
    return UpstreamChoice.of(upstream);
  }

  boolean namesPlatforms(Declared declared) {
    return !listed(platforms).isEmpty() || !declared.inputs().platforms().isEmpty();
  }

  /** Returns whether base image, repositories or keys are the user's. */
  boolean isMirror(Declared declared) {
    return base != null
        || declared.inputs().base() != null
        || !repositories(declared, null).isEmpty()
        || !keys(declared).isEmpty();
  }

  Path lock(Declared declared) {
    return lock == null ? declared.lock() : lock.toPath();
  }

  /** Returns the settings without a lock. */
  BuildSettings settings(Declared declared) throws IOException {
    UpstreamChoice choice = upstream();
    boolean ofArchive = choice instanceof UpstreamChoice.Archive;
    if (choice == UpstreamChoice.STAND_IN) {
      artifacts().addStandIn();
    }
    Reference ownBase =
        base != null
            ? Reference.of(base)
            : ofArchive || choice == UpstreamChoice.STAND_IN ? null : declared.inputs().base();
    BuildSettings settings =
        BuildSettings.standard()
            .withRegistries(access(declared))
            .withUpstream(choice)
            .withBase(ownBase)
            .withRepositories(
                ofArchive && listed(repositories).isEmpty()
                    ? List.of()
                    : repositories(declared, ownBase))
            .withKeys(RepositoryKey.readAll(keys(declared)))
            .withNpmRegistry(npmRegistry == null ? declared.servers().npmRegistry() : npmRegistry)
            .withBasePackages(basePackages())
            .withOffline(isOffline())
            .withVersion(imageVersion);
    if (!listed(platforms).isEmpty()) {
      settings = settings.withPlatforms(platforms.stream().map(Platform::of).toList());
    } else if (!declared.inputs().platforms().isEmpty()) {
      settings = settings.withPlatforms(declared.inputs().platforms());
    }
    return cache == null ? settings : settings.withCache(cache.toPath());
  }

  private List<String> repositories(Declared declared, @Nullable Reference ofBase) {
    List<String> named =
        listed(repositories).isEmpty() ? declared.inputs().repositories() : listed(repositories);
    List<String> all = new ArrayList<>();
    if (declared.servers().alpineMirror() != null
        && ImpliedSettings.takesMirror(upstream(), named)) {
      OfficialUpstream.repositories(ofBase, declared.servers().alpineMirror())
          .forEach(each -> all.add(each.text()));
    }
    all.addAll(named);
    return all;
  }

  private List<Path> keys(Declared declared) {
    return listed(keys).isEmpty() ? declared.inputs().keys() : paths(keys);
  }

  private @Nullable BasePackages basePackages() {
    if (basePackages == null) {
      return null;
    }
    return BasePackages.of(basePackages)
        .orElseThrow(
            () ->
                new UsageException(
                    "\"" + basePackages + "\" is not a choice. Write upgrade or keep."));
  }
}
