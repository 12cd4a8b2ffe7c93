package ai.opencode.sandbox;

import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.ImageIndex;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.publish.ImagePublisher;
import ai.opencode.sandbox.publish.Publication;
import ai.opencode.sandbox.publish.StoredImage;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.registry.ADistribution;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The images of this build, published to Distribution's server on loopback. */
final class APublication implements Closeable {

  static final List<String> IMAGES = List.of("opencode-sandbox-base", "opencode-sandbox-developer");

  static final Path LAYOUT =
      Path.of(System.getProperty("sandbox.contract.layout", "target/images")).toAbsolutePath();

  private final ADistribution registry;
  private final OciLayout layout = new OciLayout(LAYOUT);

  private APublication(ADistribution registry) {
    this.registry = registry;
  }

  static APublication in(Path directory) throws IOException, InterruptedException {
    APublication made = new APublication(ADistribution.in(directory));
    for (String name : IMAGES) {
      StoredImage image = StoredImage.read(name, made.layout.blobs(), made.index(name));
      new ImagePublisher(RegistryAccess.standard(), Progress.silent())
          .publish(
              List.of(image), Target.of(made.registry.address() + "/"), Publication.standard());
    }
    return made;
  }

  String address() {
    return registry.address();
  }

  /** Returns the reference of an image by its index, or of one of its manifests. */
  String reference(String name, Digest digest) {
    return address() + "/" + name + "@" + digest;
  }

  /** Returns the reference of an image by its index. */
  String reference(String name) throws IOException {
    return reference(name, index(name).digest());
  }

  OciLayout layout() {
    return layout;
  }

  Descriptor index(String name) throws IOException {
    return layout.find(name).orElseThrow();
  }

  Digest platform(String name) throws IOException {
    return images(name).forPlatform(Platform.host(), name).orElseThrow().digest();
  }

  /** Returns the manifest of the statements about an image for this machine's platform. */
  Digest statements(String name) throws IOException {
    String platform = platform(name).toString();
    return images(name).manifests().stream()
        .filter(each -> platform.equals(each.annotations().get("vnd.docker.reference.digest")))
        .findFirst()
        .orElseThrow()
        .digest();
  }

  /** Returns a statement's predicate as the image carries it. */
  JsonNode predicate(String name, String type) throws IOException {
    Manifest manifest = Manifest.parse(layout.blobs().read(statements(name)), name);
    for (Descriptor each : manifest.layers()) {
      if (type.equals(each.annotations().get("in-toto.io/predicate-type"))) {
        return Json.parse(layout.blobs().read(each.digest()), type).path("predicate");
      }
    }
    throw new AssertionError(name + " has no " + type);
  }

  private ImageIndex images(String name) throws IOException {
    return ImageIndex.parse(layout.blobs().read(index(name).digest()), name);
  }

  @Override
  public void close() throws IOException {
    registry.close();
  }
}
