package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.export.OciArchive;
import ai.opencode.sandbox.oci.WritablePlace;
import ai.opencode.sandbox.report.ShellWord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The target {@code oci-archive:FILE}: an OCI image layout in a tar file, which is replaced. */
record OciArchiveTarget(Path file) implements Target {

  static final String NOTATION = "oci-archive:FILE";

  static OciArchiveTarget of(String path) {
    return new OciArchiveTarget(Path.of(path));
  }

  @Override
  public boolean leavesThisMachine() {
    return false;
  }

  @Override
  public Optional<Path> path() {
    return Optional.of(file);
  }

  @Override
  public Target in(Path directory) {
    return new OciArchiveTarget(directory.resolve(file));
  }

  @Override
  public boolean takesFinishedImages() {
    return false;
  }

  @Override
  public List<String> next(Delivery delivery, String program) {
    String image = ShellWord.of(delivery.place().toString());
    return List.of(
        program + " verify " + image,
        "skopeo copy " + image + " docker-daemon:" + delivery.image() + ":latest");
  }

  @Override
  public void requireReachable(PlannedImages planned, TargetAccess access) {
    WritablePlace.requireFile(file, "--to");
  }

  @Override
  public List<Delivery> deliver(
      List<StoredImage> images, Publication publication, TargetAccess access) throws IOException {
    new OciArchive(StoredImage.store(images), StoredImage.byName(images)).writeTo(file);
    return images.stream()
        .map(
            image ->
                Delivery.local(
                    this,
                    image.name(),
                    new Place(Transport.OCI_ARCHIVE, Optional.of(file), image.name()),
                    image.root().digest(),
                    List.of()))
        .toList();
  }

  @Override
  public String toString() {
    return "oci-archive:" + file;
  }
}
