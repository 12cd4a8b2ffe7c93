package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.export.DockerArchive;
import ai.opencode.sandbox.oci.BlobStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Manifest;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.WritablePlace;
import ai.opencode.sandbox.report.ShellWord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The target {@code docker-archive:FILE}: a file as {@code docker save} writes it. */
record DockerArchiveTarget(Path file) implements Target {

  static final String NOTATION = "docker-archive:FILE";

  static DockerArchiveTarget of(String path) {
    return new DockerArchiveTarget(Path.of(path));
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
    return new DockerArchiveTarget(directory.resolve(file));
  }

  @Override
  public boolean takesFinishedImages() {
    return false;
  }

  @Override
  public List<String> next(Delivery delivery, String program) {
    Place place = delivery.place();
    return List.of(
        "docker load -i " + ShellWord.of(place.path().orElse(file).toString()),
        program + " run " + place.name());
  }

  @Override
  public void requireReachable(PlannedImages planned, TargetAccess access) {
    WritablePlace.requireFile(file, "--to");
    platform().requireAmong(planned.platforms());
  }

  @Override
  public List<Delivery> deliver(
      List<StoredImage> images, Publication publication, TargetAccess access) throws IOException {
    BlobStore blobs = StoredImage.store(images);
    List<DockerArchive.NamedImage> named = new ArrayList<>();
    List<Delivery> deliveries = new ArrayList<>();
    for (StoredImage image : images) {
      EngineNames names = EngineNames.of("", image, publication);
      Descriptor manifest = platform().manifestOf(image);
      named.add(
          new DockerArchive.NamedImage(
              Manifest.parse(blobs.read(manifest.digest()), image.name()), names.all()));
      Place place = new Place(Transport.DOCKER_ARCHIVE, Optional.of(file), names.first());
      deliveries.add(Delivery.local(this, image.name(), place, manifest.digest(), names.tags()));
    }
    new DockerArchive(blobs, named).writeTo(file);
    return deliveries;
  }

  private OnePlatform platform() {
    return new OnePlatform(this, Platform.host());
  }

  @Override
  public String toString() {
    return "docker-archive:" + file;
  }
}
