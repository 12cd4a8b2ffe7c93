package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.registry.Publisher;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Publishes finished images. What must not leave this machine does not; a version that is published
 * stays what it is; tags that follow releases never go to something older or unfinished. What a
 * registry has already is not sent again. May be used by several threads at once.
 *
 * <pre>{@code
 * var layout = new OciLayout(Path.of("images"));
 * var image = StoredImage.read("tools", layout.blobs(), layout.find("tools").orElseThrow());
 * new ImagePublisher(RegistryAccess.standard(), Progress.silent())
 *     .publish(List.of(image), Target.of("registry.example/team/"), Publication.standard());
 * }</pre>
 */
public final class ImagePublisher {

  private final RegistryAccess access;
  private final Progress progress;

  public ImagePublisher(RegistryAccess access, Progress progress) {
    this.access = access;
    this.progress = progress;
  }

  /**
   * Copies images to a registry and names them there.
   *
   * @param images parents first: their layers are then mounted for the others, where a registry can
   * @param target in a registry
   * @return for each image where it is now, by tag and digest
   * @throws UsageException where the target is no registry, or no name for so many images
   * @throws VerificationException where stand-in images are to leave this machine, a version is
   *     published with other content, or an image is incomplete; nothing has been sent then
   * @throws ai.opencode.sandbox.failure.AuthenticationException where the registry refuses
   * @throws ai.opencode.sandbox.failure.NetworkException where it cannot be reached, or fails; no
   *     tag names anything incomplete then
   */
  public List<String> publish(List<StoredImage> images, Target target, Publication publication)
      throws IOException {
    if (!(target instanceof Target.RegistryNamespace || target instanceof Target.RegistryImage)) {
      throw new UsageException(target + " is no registry; name one, such as HOST/NAMESPACE/");
    }
    Publisher publisher = new Publisher(access).withProgress(progress);
    List<String> places = new ArrayList<>();
    for (Map.Entry<StoredImage, Destination> each :
        destinations(images, target, publication, publisher).entrySet()) {
      StoredImage image = each.getKey();
      Destination destination = each.getValue();
      progress.step("publish", destination.reference().toString());
      Publisher.Published published =
          publisher.publish(
              image.blobs(), image.root(), destination.repository(), destination.tags());
      places.add(destination.reference() + "@" + image.root().digest());
      progress.done("publish", line(destination, published));
      // Its layers are the next image's first ones.
      publisher = publisher.withMountFrom(destination.repository().repository());
    }
    return places;
  }

  /** Where all are to go; everything that stands against it is found before the first is sent. */
  private static Map<StoredImage, Destination> destinations(
      List<StoredImage> images, Target target, Publication publication, Publisher publisher) {
    Map<StoredImage, Destination> destinations = new LinkedHashMap<>();
    for (StoredImage image : images) {
      Destination destination = Destination.of(image, images.size(), target, publication);
      destination.requireMayLeave(image);
      destinations.put(image, destination);
    }
    if (!publication.overwriting()) {
      destinations.forEach(
          (image, destination) -> {
            destination.requireRelease(image);
            destination.requireUnpublished(image, publisher);
          });
      destinations.replaceAll((image, destination) -> destination.withoutNewer(image, publisher));
    }
    return destinations;
  }

  private static String line(Destination destination, Publisher.Published published) {
    List<String> others = destination.tags().subList(1, destination.tags().size());
    StringBuilder line = new StringBuilder(destination.reference().toString());
    if (!others.isEmpty()) {
      line.append(" (also ").append(String.join(", ", others)).append(')');
    }
    line.append(": ").append(published.uploadedBlobs()).append(" blobs (");
    line.append(published.uploadedBytes()).append(" bytes) sent, ");
    line.append(published.mountedBlobs()).append(" mounted, ");
    line.append(published.presentBlobs()).append(" there already");
    destination
        .newer()
        .forEach(
            (tag, version) -> line.append("; ").append(tag).append(" stays at ").append(version));
    return line.toString();
  }
}
