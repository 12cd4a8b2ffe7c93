package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.oci.WritablePlace;
import ai.opencode.sandbox.report.ShellWord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code oci:FOLDER}: an OCI image layout, where each image is named after its definition. */
record OciLayoutTarget(Path folder) implements Target {

  static OciLayoutTarget of(String path) {
    return new OciLayoutTarget(Path.of(path));
  }

  @Override
  public boolean leavesThisMachine() {
    return false;
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
    WritablePlace.requireFolder(folder, "--to");
  }

  @Override
  public List<Delivery> deliver(
      List<StoredImage> images, Publication publication, TargetAccess access) throws IOException {
    access.layout(folder).put(StoredImage.store(images), StoredImage.byName(images));
    return images.stream()
        .map(
            image ->
                Delivery.local(
                    image.name(),
                    new Place("oci", Optional.of(folder), image.name()),
                    image.root().digest(),
                    List.of()))
        .toList();
  }

  @Override
  public String toString() {
    return "oci:" + folder;
  }
}
