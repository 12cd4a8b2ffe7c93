package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.SandboxBuilder;
import ai.opencode.sandbox.attest.AttestationKind;
import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.build.ImpliedSettings;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.WritablePlace;
import ai.opencode.sandbox.publish.Publication;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.publish.VersionTag;
import ai.opencode.sandbox.records.CacheSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** Builds the project's images and sends them to a directory or a registry. */
@Mojo(name = "build", defaultPhase = LifecyclePhase.PACKAGE, threadSafe = true)
@NullUnmarked
public final class BuildMojo extends InputsMojo {

  /**
   * The targets of the images: HOST/NAMESPACE/, HOST/NAME[:TAG], oci:DIRECTORY, oci-archive:FILE,
   * docker-archive:FILE, docker-daemon:[NAME[:TAG]]. Default: oci:target/images.
   */
  @Parameter(property = "sandbox.to")
  private List<String> to;

  /**
   * Kinds of tags of a release in registries: full (1.2.3), minor (1.2), major (1), latest.
   * Default: all. A pre-release has only the tag of its own version.
   */
  @Parameter(property = "sandbox.tags")
  private Set<String> tags;

  /**
   * Fail if the lock file would have to change. Base, repositories, keys and platforms are those of
   * the lock unless named.
   */
  @Parameter(property = "sandbox.locked", defaultValue = "false")
  private boolean locked;

  /** Fail if a package has an installation script whose effect is unknown. */
  @Parameter(property = "sandbox.strict.scripts", defaultValue = "false")
  private boolean strictScripts;

  /**
   * Creation time of the images, such as 2026-11-28T14:00:00Z. Default: the build date of the
   * newest package in each image.
   */
  @Parameter(property = "sandbox.creation.time")
  private String creationTime;

  /**
   * Kinds of statements about each image in its index: sbom (its software), provenance (its inputs)
   * and origin (the packages' signatures), or none; +KIND adds one to the default. Default: all
   * three.
   */
  @Parameter(property = "sandbox.attest")
  private List<String> attest;

  /**
   * Former images in a registry, from which a build with a lock takes what has not changed:
   * HOST/NAMESPACE/[:TAG] or HOST/NAME[:TAG]. Registries among the targets are used without it.
   */
  @Parameter(property = "sandbox.cache.from")
  private List<String> cacheFrom;

  /**
   * Places to which the images are written too, for cacheFrom of later builds; the tag is moved,
   * and is "cache" unless named.
   */
  @Parameter(property = "sandbox.cache.to")
  private List<String> cacheTo;

  @Override
  void run(MavenProgress progress) throws IOException {
    Declared declared = declared();
    List<Target> targets = targets();
    BuildSettings settings = settings(declared, targets);
    Path lock = settings.lock().file();
    if (lock != null && !Files.exists(lock)) {
      WritablePlace.requireFile(lock, "--lock");
    }
    if (to != null && to.stream().anyMatch(each -> each.startsWith("docker-daemon:"))) {
      artifacts().addTools();
    }
    SandboxBuilder builder =
        new SandboxBuilder(settings, progress)
            .withCacheFrom(places(cacheFrom))
            .withCacheTo(places(cacheTo));
    builder.requireReachable(declared.images(), targets);
    SandboxBuilder.Sent sent = builder.buildAndSend(declared.images(), targets, publication(tags));
    new Results(project().getProperties()).set(sent.deliveries());
  }

  static Publication publication(@Nullable Set<String> tags) {
    if (tags == null || tags.isEmpty()) {
      return Publication.standard();
    }
    Set<VersionTag> kinds = new HashSet<>();
    tags.forEach(each -> kinds.add(VersionTag.of(each)));
    return Publication.standard().withTags(kinds);
  }

  private static List<CacheSource> places(@Nullable List<String> texts) {
    return listed(texts).stream().map(CacheSource::new).toList();
  }

  private List<Target> targets() {
    List<Target> targets =
        new ArrayList<>(new Places(project().getBasedir().toPath()).targets(listed(to)));
    if (targets.isEmpty()) {
      targets.add(Target.of("oci:" + layout()));
    }
    return targets;
  }

  private BuildSettings settings(Declared declared, List<Target> targets) throws IOException {
    return ImpliedSettings.of(
        settings(declared)
            .withLockFile(lock(declared), locked)
            .withStrictScripts(strictScripts)
            .withCreationTime(creationTime())
            .withAttestations(AttestationKind.chosen(listed(attest))),
        namesPlatforms(declared),
        isMirror(declared),
        targets.stream().anyMatch(Target::leavesThisMachine));
  }

  private @Nullable Instant creationTime() {
    try {
      return creationTime == null ? null : Instant.parse(creationTime);
    } catch (DateTimeParseException e) {
      throw new UsageException(
          "\"" + creationTime + "\" is not a time. Write one such as 2026-11-28T14:00:00Z.", e);
    }
  }
}
