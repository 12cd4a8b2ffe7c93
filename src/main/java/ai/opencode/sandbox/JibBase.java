package ai.opencode.sandbox;

import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.image.BuiltImage.BuiltPlatform;
import ai.opencode.sandbox.image.FinishedImage;
import ai.opencode.sandbox.image.ImageAssembly;
import ai.opencode.sandbox.image.ImageSizes;
import ai.opencode.sandbox.image.JibHop;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.stability.Api;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.DockerDaemonImage;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.TarImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A built image as Jib's base, for whoever wants to add files and settings with Jib. The image is
 * served on loopback until this is closed.
 *
 * <pre>{@code
 * try (JibBase base = builder.jibBase(image)) {
 *   JibContainerBuilder jib = base.from().addLayer(List.of(agent), "/opt/agent").setEntrypoint("/opt/agent/run");
 *   BuiltImage app = base.containerize(jib, "acme/agent");
 *   builder.send(List.of(app), Target.of("registry.example/team/"));
 * }
 * }</pre>
 *
 * <p>The way to a registry leads through {@link #containerize} and {@link SandboxBuilder#send},
 * because Jib's leave to speak plain HTTP, which it needs for the base, holds for all registries at
 * once. May be used by several threads at once; a {@link JibContainerBuilder} may not.
 */
@Api
public final class JibBase implements AutoCloseable {

  private final BuiltImage image;
  private final BuiltPlatform base;
  private final Platform platform;
  private final ImageAssembly assembly;
  private final JibHop hop;

  private JibBase(
      BuiltImage image, BuiltPlatform base, Platform platform, ImageAssembly assembly, JibHop hop) {
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
                            + "; it is for "
                            + image.platforms().stream()
                                .map(each -> String.valueOf(each.manifest().platform()))
                                .collect(Collectors.joining(", "))));
    Path work = cache.temporary();
    JibHop hop = JibHop.over(cache.blobs(), work);
    return new JibBase(image, base, platform, new ImageAssembly(cache), hop);
  }

  /** Begins another image on top: OCI format, created in 1970 like everything reproducible. */
  public JibContainerBuilder from() throws IOException {
    return hop.from(base.manifest(), platform);
  }

  /** For {@link JibContainerBuilder#containerize}: a file as {@code docker save} writes it. */
  public Containerizer to(TarImage target) {
    return hop.containerizer(Containerizer.to(target));
  }

  /** For {@link JibContainerBuilder#containerize}: a Docker engine on this machine. */
  public Containerizer to(DockerDaemonImage target) {
    return hop.containerizer(Containerizer.to(target));
  }

  /**
   * Makes the image, in the cache beside its base, whose layers are not copied.
   *
   * @param jib from {@link #from}
   * @param name of the image, as {@link SandboxBuilder#send} uses it
   * @return it, for one platform; it may leave this machine if its base may
   * @throws IOException where Jib fails; nothing half-made is named then
   * @throws IllegalStateException after {@link #close}
   */
  public BuiltImage containerize(JibContainerBuilder jib, String name) throws IOException {
    long start = System.nanoTime();
    FinishedImage finished = assembly.finish(hop.finish(jib));
    long millis = (System.nanoTime() - start) / 1_000_000;
    BuiltPlatform built =
        new BuiltPlatform(
            finished.manifest(),
            finished.layers(),
            new ImageSizes(
                finished.sizes().compressedBytes(),
                finished.sizes().diskBytes(),
                base.layers().size()),
            List.of(),
            Optional.empty(),
            millis);
    return new BuiltImage(
        name,
        finished.annotations().getOrDefault(Annotations.VERSION, image.version()),
        image.upstream(),
        assembly.index(List.of(finished)),
        List.of(built));
  }

  /** Ends the registry; what {@link #containerize} made stays. */
  @Override
  public void close() throws IOException {
    hop.close();
  }
}
