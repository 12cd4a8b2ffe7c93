package ai.opencode.sandbox;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.image.BuiltImage.BuiltPlatform;
import ai.opencode.sandbox.image.FinishedImage;
import ai.opencode.sandbox.image.ImageAssembly;
import ai.opencode.sandbox.image.JibHop;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.ImageConfig;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.stability.Api;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.DockerDaemonImage;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.TarImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A built image as a base image for Jib, which adds files and settings. The image is served on
 * loopback until this object is closed.
 *
 * <pre>{@code
 * try (JibBase base = builder.jibBase(image)) {
 *   JibContainerBuilder jib = base.from().addLayer(List.of(agent), "/opt/agent").setEntrypoint("/opt/agent/run");
 *   BuiltImage app = base.containerize(jib, "acme/agent");
 *   builder.send(List.of(app), Target.of("registry.example/team/"));
 * }
 * }</pre>
 *
 * <p>Publish with {@link #containerize} and {@link SandboxBuilder#send}, not with Jib: it needs
 * plain HTTP for the base, and would allow it for all registries. Threads may share this object,
 * but not a {@link JibContainerBuilder}.
 */
@Api
public final class JibBase implements AutoCloseable {

  private final BuiltImage image;
  private final BuiltPlatform base;
  private final Platform platform;
  private final ImageAssembly assembly;
  private final Instant created;
  private final JibHop hop;

  private JibBase(
      BuiltImage image,
      BuiltPlatform base,
      Platform platform,
      Instant created,
      ImageAssembly assembly,
      JibHop hop) {
    this.created = created;
    this.image = image;
    this.base = base;
    this.platform = platform;
    this.assembly = assembly;
    this.hop = hop;
  }

  static JibBase open(BuiltImage image, Platform platform, Cache cache) throws IOException {
    BuiltPlatform base =
        image.platforms().stream()
            .filter(each -> platform.equals(each.manifest().platform()))
            .findFirst()
            .orElseThrow(
                () ->
                    new UsageException(
                        image.name()
                            + " was not built for "
                            + platform
                            + ". Choose one of its platforms, "
                            + image.platforms().stream()
                                .map(each -> String.valueOf(each.manifest().platform()))
                                .collect(Collectors.joining(", "))));
    Path work = cache.temporary();
    BlobStore blobs = cache.blobs();
    Manifest manifest = Manifest.parse(blobs.read(base.manifest().digest()), "the parent image");
    Instant created =
        ImageConfig.parse(blobs.read(manifest.config().digest()), "the parent image").created();
    JibHop hop = JibHop.over(blobs, work);
    return new JibBase(image, base, platform, created, new ImageAssembly(cache), hop);
  }

  /** Starts a child image, in OCI format and with its parent's creation time. */
  public JibContainerBuilder from() throws IOException {
    return hop.from(base.manifest(), platform, created);
  }

  /** Returns a target for {@link JibContainerBuilder#containerize}: a file like docker save's. */
  public Containerizer to(TarImage target) {
    return hop.containerizer(Containerizer.to(target));
  }

  /**
   * Returns a target for {@link JibContainerBuilder#containerize}: this machine's Docker engine.
   */
  public Containerizer to(DockerDaemonImage target) {
    return hop.containerizer(Containerizer.to(target));
  }

  /**
   * Makes the image in the cache; the layers of its base are not copied.
   *
   * @param jib the builder from {@link #from}
   * @param name the image's name for {@link SandboxBuilder#send}
   * @return the image for one platform; it may leave this machine if its base may
   * @throws IOException if Jib fails; no name refers to an incomplete image then
   * @throws IllegalStateException after {@link #close}
   */
  public BuiltImage containerize(JibContainerBuilder jib, String name) throws IOException {
    long start = System.nanoTime();
    FinishedImage finished = assembly.finish(hop.finish(jib), base.image());
    long millis = (System.nanoTime() - start) / 1_000_000;
    BuiltPlatform built = new BuiltPlatform(finished, Optional.empty(), Optional.empty(), millis);
    return new BuiltImage(
        name,
        finished.annotations().getOrDefault(Annotations.VERSION, image.version()),
        image.upstream(),
        assembly.index(List.of(built)),
        List.of(built));
  }

  /** Ends the registry; images of {@link #containerize} remain in the cache. */
  @Override
  public void close() throws IOException {
    hop.close();
  }
}
