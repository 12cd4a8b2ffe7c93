package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.oci.WritablePlace;
import ai.opencode.sandbox.report.ShellWord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The target {@code oci:DIRECTORY}: an OCI image layout, in which an image has the name of its
 * definition.
 */
record OciLayoutTarget(Path directory) implements Target {

  static final String NOTATION = "oci:DIRECTORY";

  static OciLayoutTarget of(String path) {
    return new OciLayoutTarget(Path.of(path));
  }

  @Override
  public boolean leavesThisMachine() {
    return false;
  }

  @Override
  public Optional<Path> path() {
    return Optional.of(directory);
  }

  @Override
  public Target in(Path base) {
    return new OciLayoutTarget(base.resolve(directory));
  }

  @Override
  public boolean takesFinishedImages() {
    return false;
  }

  @Override
  public List<String> next(Delivery delivery, String program) {
    String image = ShellWord.of(delivery.place().toString());
    return List.of(
        program + " run " + image,
        "skopeo copy " + image + " docker-daemon:" + delivery.image() + ":latest");
  }

  @Override
  public void requireReachable(PlannedImages planned, TargetAccess access) {
    WritablePlace.requireDirectory(directory, "--to");
  }

  @Override
  public List<Delivery> deliver(
      List<StoredImage> images, Publication publication, TargetAccess access) throws IOException {
    access.layout(directory).put(StoredImage.store(images), StoredImage.byName(images));
    return images.stream()
        .map(
            image ->
                Delivery.local(
                    this,
                    image.name(),
                    new Place(Transport.OCI_LAYOUT, Optional.of(directory), image.name()),
                    image.root().digest(),
                    List.of()))
        .toList();
  }

  @Override
  public String toString() {
    return "oci:" + directory;
  }
}
