package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.registry.Publisher;
import ai.opencode.sandbox.report.ByteSize;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The target {@code [docker://]HOST/NAMESPACE/} or {@code [docker://]REFERENCE}: a registry.
 *
 * @param namespace {@code HOST/NAMESPACE/}, to which each image's name is added; null for the
 *     repository of a single image
 * @param repository the repository of a single image, with or without tag, or that of some image in
 *     the namespace
 */
record RegistryTarget(@Nullable String namespace, Reference repository) implements Target {

  static final String NOTATION = "HOST/NAMESPACE/ (each image's name is added), HOST/NAME[:TAG]";

  static RegistryTarget of(String name) {
    return name.endsWith("/")
        ? new RegistryTarget(name, Reference.of(name + "image"))
        : new RegistryTarget(null, Reference.of(name));
  }

  /** Returns the repository of an image, with the tag that the target names. */
  private Reference repository(String image) {
    return namespace == null ? repository : Reference.of(namespace + image);
  }

  /**
   * Returns whether the registry is not on a loopback address, which other machines cannot reach.
   */
  @Override
  public boolean leavesThisMachine() {
    return !repository.isLoopback();
  }

  @Override
  public boolean takesOneImage() {
    return namespace == null;
  }

  @Override
  public Optional<String> registry() {
    return Optional.of(repository.registry());
  }

  @Override
  public boolean takesFinishedImages() {
    return true;
  }

  @Override
  public List<String> next(Delivery delivery, String program) {
    return delivery.place().runnable(program);
  }

  /** Checks that the registry answers and accepts the credentials. */
  @Override
  public void requireReachable(PlannedImages planned, TargetAccess access) {
    if (takesOneImage() || !planned.names().isEmpty()) {
      new Publisher(access.registries())
          .requireAccess(
              planned.names().isEmpty() ? repository : repository(planned.names().get(0)));
    }
  }

  @Override
  public List<Delivery> deliver(
      List<StoredImage> images, Publication publication, TargetAccess access) throws IOException {
    Publisher publisher = new Publisher(access.registries());
    List<Delivery> deliveries = new ArrayList<>();
    for (Sending each : sendings(images, publication, publisher)) {
      StoredImage image = each.image();
      Destination destination = each.destination();
      Progress progress = access.progress().of(image.name());
      progress.step(Stage.PUBLISH, destination.reference(image).toString());
      Publisher.Published published =
          publisher
              .withProgress(progress)
              .publish(image.blobs(), image.root(), destination.repository(), destination.tags());
      Delivery delivery = delivery(image, destination, published);
      delivery.transfer().ifPresent(done -> progress.done(Stage.PUBLISH, line(delivery, done)));
      deliveries.add(delivery);
      // The next image begins with the same layers, so the registry can mount them.
      publisher = publisher.withMountFrom(destination.repository().repository());
    }
    return deliveries;
  }

  private record Sending(StoredImage image, Destination destination) {}

  /** Returns the destinations of all images; a refusal for one comes before any image is sent. */
  private List<Sending> sendings(
      List<StoredImage> images, Publication publication, Publisher publisher) throws IOException {
    List<Sending> sendings = new ArrayList<>();
    for (StoredImage image : images) {
      if (namespace != null && image.name().isEmpty()) {
        throw new UsageException(
            "The image for "
                + namespace
                + " has no name of its own. Write "
                + namespace
                + "NAME instead.");
      }
      sendings.add(
          new Sending(image, Destination.of(image, repository(image.name()), publication)));
    }
    publisher.ask(sendings.stream().flatMap(each -> each.destination().asked()).toList());
    if (publication.overwriting()) {
      return sendings;
    }
    for (Sending each : sendings) {
      each.destination().requireRelease(each.image());
      each.destination().requireUnpublished(each.image(), publisher);
    }
    sendings.replaceAll(
        each ->
            new Sending(each.image(), each.destination().withoutNewer(each.image(), publisher)));
    return sendings;
  }

  private Delivery delivery(
      StoredImage image, Destination destination, Publisher.Published published) {
    return new Delivery(
        this,
        image.name(),
        new Place(Transport.REGISTRY, Optional.empty(), destination.reference(image).toString()),
        image.root().digest(),
        destination.tags(),
        destination.newer(),
        Optional.of(
            new Delivery.Transfer(
                published.uploadedBlobs(),
                published.uploadedBytes(),
                published.mountedBlobs(),
                published.presentBlobs())));
  }

  private static String line(Delivery delivery, Delivery.Transfer transfer) {
    List<String> others = delivery.tags().stream().skip(1).toList();
    StringBuilder line = new StringBuilder(delivery.place().toString());
    if (!others.isEmpty()) {
      line.append(" (also ").append(String.join(", ", others)).append(')');
    }
    line.append(": ").append(transfer.uploadedBlobs()).append(" blobs (");
    line.append(ByteSize.megabytes(transfer.uploadedBytes())).append(") sent, ");
    line.append(transfer.mountedBlobs()).append(" mounted, ");
    line.append(transfer.presentBlobs()).append(" there already");
    delivery
        .staying()
        .forEach(
            (tag, version) -> line.append(", ").append(tag).append(" stays at ").append(version));
    return line.toString();
  }

  @Override
  public String toString() {
    return namespace == null ? repository.toString() : namespace;
  }
}
