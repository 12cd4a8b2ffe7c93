package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.engine.EngineStore;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.HashRecords;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Brings finished images to targets. What must not leave this machine does not; a version that is
 * published stays what it is; tags that follow releases never go to something older or unfinished.
 * What a registry has already is not sent again. May be used by several threads at once.
 *
 * <pre>{@code
 * var layout = new OciLayout(Path.of("images"));
 * var image = StoredImage.read("tools", layout.blobs(), layout.find("tools").orElseThrow());
 * new ImagePublisher(RegistryAccess.standard(), Progress.silent())
 *     .publish(List.of(image), Target.of("registry.example/team/"), Publication.standard());
 * }</pre>
 */
public final class ImagePublisher {

  private final TargetAccess access;

  public ImagePublisher(RegistryAccess registries, Progress progress) {
    this(new TargetAccess(registries, Optional.empty(), EngineStore::connect, progress));
  }

  ImagePublisher(TargetAccess access) {
    this.access = access;
  }

  /** A publisher that does not hash what it wrote to a layout before. */
  public ImagePublisher withHashRecords(HashRecords records) {
    return new ImagePublisher(access.withHashes(records));
  }

  /**
   * Makes sure that targets can take images that are yet to be made: what would be refused or fail
   * afterwards is refused or fails before.
   *
   * @throws ai.opencode.sandbox.failure.SandboxException where one cannot, with the reason
   */
  public void requireReachable(PlannedImages planned, List<Target> targets) throws IOException {
    for (Target target : targets) {
      requireOneForEach(target, planned.names().size());
      requireMayLeave("These images would be", planned.upstream(), target);
    }
    for (Target target : targets) {
      target.requireReachable(planned, access);
    }
  }

  /**
   * Copies images to a target and names them there.
   *
   * @param images parents first: their layers are then mounted for the others, where a registry can
   * @param publication for registries and engines; an OCI image layout knows names alone
   * @return where each image is now, in the same order
   * @throws UsageException where the target is one name for several images, or cannot be written
   * @throws VerificationException where images must not leave this machine, a version is published
   *     with other content, or an image is incomplete; nothing has been sent then
   * @throws ai.opencode.sandbox.failure.AuthenticationException where the registry refuses
   * @throws ai.opencode.sandbox.failure.NetworkException where it cannot be reached, or fails; no
   *     tag names anything incomplete then
   * @throws IllegalArgumentException where a target that is written at once gets images from
   *     several stores
   */
  public List<Delivery> publish(List<StoredImage> images, Target target, Publication publication)
      throws IOException {
    requireOneForEach(target, images.size());
    for (StoredImage image : images) {
      requireMayLeave(image.name() + " is", image.upstream(), target);
    }
    return images.isEmpty() ? List.of() : target.deliver(images, publication, access);
  }

  private static void requireOneForEach(Target target, int images) {
    if (images > 1 && target.takesOneImage()) {
      throw new UsageException(
          target
              + " is one repository for "
              + images
              + " images; end it with / to have each image's name added");
    }
  }

  private static void requireMayLeave(
      String subject, Optional<UpstreamKind> upstream, Target target) {
    if (target.leavesThisMachine()) {
      upstream.ifPresent(kind -> kind.requireMayLeave(subject, target.toString()));
    }
  }
}
