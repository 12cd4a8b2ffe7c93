package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.engine.EngineStore;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.oci.OciLayout;
import ai.opencode.sandbox.oci.Reference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The target {@code docker-daemon:[NAME[:TAG]]}: the container engine of this machine.
 *
 * @param name the image's name, with or without tag; if it ends with a slash, the prefix of each
 *     image's own name; if empty, each image's own name is used
 */
record EngineTarget(String name) implements Target {

  static final String NOTATION = "docker-daemon:[NAME[:TAG]]";

  static EngineTarget of(String name) {
    Reference.of(isPrefix(name) ? name + "image" : name);
    return new EngineTarget(name);
  }

  private static boolean isPrefix(String name) {
    return name.isEmpty() || name.endsWith("/");
  }

  @Override
  public boolean leavesThisMachine() {
    return false;
  }

  @Override
  public boolean takesOneImage() {
    return !isPrefix(name);
  }

  @Override
  public boolean takesFinishedImages() {
    return false;
  }

  @Override
  public List<String> next(Delivery delivery, String program) {
    return delivery.place().runnable(program);
  }

  @Override
  public void requireReachable(PlannedImages planned, TargetAccess access) throws IOException {
    try (EngineStore engine = access.engine()) {
      new OnePlatform(this, engine.platform()).requireAmong(planned.platforms());
    }
  }

  @Override
  public List<Delivery> deliver(
      List<StoredImage> images, Publication publication, TargetAccess access) throws IOException {
    List<Delivery> deliveries = new ArrayList<>();
    try (EngineStore engine = access.engine()) {
      OnePlatform platform = new OnePlatform(this, engine.platform());
      for (StoredImage image : images) {
        EngineNames names = EngineNames.of(name, image, publication);
        Descriptor manifest = platform.manifestOf(image);
        // An engine also checks digests, but its message would not name the corrupt file.
        for (Digest digest : OciLayout.reachable(image.blobs(), manifest)) {
          image.blobs().verify(digest);
        }
        engine.put(image.blobs(), manifest, names.all());
        Place place = new Place(Transport.ENGINE, Optional.empty(), names.first());
        deliveries.add(Delivery.local(this, image.name(), place, manifest.digest(), names.tags()));
      }
    }
    return deliveries;
  }

  @Override
  public String toString() {
    return "docker-daemon:" + name;
  }
}
