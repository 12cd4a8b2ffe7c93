package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.attest.KeptStatements;
import ai.opencode.sandbox.failure.NetworkException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.publish.Delivery;
import ai.opencode.sandbox.publish.ImagePublisher;
import ai.opencode.sandbox.publish.Publication;
import ai.opencode.sandbox.publish.StoredImage;
import ai.opencode.sandbox.publish.Target;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.NullUnmarked;

/** Sends the images that build has written to registries, without building anything. */
@Mojo(name = "publish", defaultPhase = LifecyclePhase.DEPLOY, threadSafe = true)
@NullUnmarked
public final class PublishMojo extends SandboxMojo {

  /** The directory with the images, an OCI image layout. Default: target/images. */
  @Parameter(property = "sandbox.publish.from")
  private File from;

  /** HOST/NAMESPACE/ (each image's name is added), or HOST/NAME[:TAG]. */
  @Parameter(property = "sandbox.publish.to")
  private List<String> to;

  /** Registry as HOST/NAMESPACE. Default: that of sandbox.yaml. */
  @Parameter(property = "sandbox.registry")
  private String registry;

  /** Kinds of tags of a release: full, minor, major, latest. Default: all. */
  @Parameter(property = "sandbox.tags")
  private Set<String> tags;

  /**
   * Statements that are published with each image: all, none, or some of sbom, provenance and
   * origin. The images stay the same, but not their index. Default: all.
   */
  @Parameter(property = "sandbox.publish.attest")
  private List<String> attest;

  @Override
  void run(MavenProgress progress) throws IOException {
    Declared declared = declared();
    List<Target> targets = targets(declared);
    if (isOffline()) {
      throw new NetworkException(
          "Maven is offline (-o), so nothing can be published. Leave -o out.");
    }
    Path layout = from == null ? layout() : from.toPath();
    List<StoredImage> images = images(layout, listed(attest));
    ImagePublisher publisher =
        new ImagePublisher(access(declared).withProgress(progress), progress);
    Publication publication = BuildMojo.publication(tags);
    for (Target target : targets) {
      List<Delivery> deliveries = publisher.publish(images, target, publication);
      deliveries.forEach(each -> getLog().info(each.place() + "@" + each.digest()));
      new Results(project().getProperties()).set(deliveries);
    }
  }

  private List<Target> targets(Declared declared) {
    List<Target> targets = new ArrayList<>();
    listed(to).forEach(each -> targets.add(Target.of(each)));
    String namespace = registry == null ? declared.servers().registry() : registry;
    if (namespace != null && (registry != null || targets.isEmpty())) {
      targets.add(Places.namespace(namespace));
    }
    if (targets.isEmpty()) {
      throw new UsageException(
          "There is no registry to publish to. Name one with -Dsandbox.registry=HOST/NAMESPACE, or"
              + " in <registry> of the goal.");
    }
    targets.forEach(ImagePublisher::publishable);
    return targets;
  }

  private static List<StoredImage> images(Path directory, List<String> attest) throws IOException {
    Places.requireImages(directory);
    OciLayout layout = new OciLayout(directory);
    List<StoredImage> images = new ArrayList<>();
    for (Descriptor each : layout.index().manifests()) {
      String name = each.annotations().get(Annotations.REF_NAME);
      if (name != null) {
        KeptStatements kept = KeptStatements.of(attest, layout.blobs(), each);
        images.add(StoredImage.read(name, kept.blobs(), kept.root()));
      }
    }
    return images;
  }
}
