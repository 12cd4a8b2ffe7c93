package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.HashRecords;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Delivery of finished images to targets. Images that must not leave this machine are refused.
 * Published versions are immutable, and tags such as {@code latest} are never moved to an older
 * version or a pre-release. Blobs that a registry already has are not sent again. Threads may share
 * a publisher.
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
    this(new TargetAccess(registries, Optional.empty(), new MachineEngine(), progress));
  }

  ImagePublisher(TargetAccess access) {
    this.access = access;
  }

  /** Returns a publisher that does not hash again the blobs that it wrote to a layout before. */
  public ImagePublisher withHashRecords(HashRecords records) {
    return new ImagePublisher(access.withHashes(records));
  }

  /**
   * Checks before images are made that targets can take them.
   *
   * @throws ai.opencode.sandbox.failure.SandboxException if a target cannot, with the reason
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
   * Returns a target that takes finished images without a build.
   *
   * @throws UsageException if it does not
   */
  public static Target publishable(Target target) {
    if (!target.takesFinishedImages()) {
      throw new UsageException(
          target + " is not a registry. Publish to one, such as HOST/NAMESPACE/.");
    }
    return target;
  }

  /**
   * Copies images to a target and names them there.
   *
   * @param images the images, parents first, so that a registry can mount their layers for the
   *     others
   * @param publication the tags in registries and engines; an OCI image layout has names only
   * @return the deliveries in the order of the images
   * @throws UsageException if the target is one name for several images, or cannot be written
   * @throws VerificationException if images must not leave this machine, a version is published
   *     with other content, or an image is incomplete; nothing has been sent then
   * @throws ai.opencode.sandbox.failure.AuthenticationException if the registry refuses access
   * @throws ai.opencode.sandbox.failure.NetworkException if the registry cannot be reached or
   *     fails; no tag names an incomplete image then
   * @throws IllegalArgumentException if a target on this machine gets images from several stores
   */
  public List<Delivery> publish(List<StoredImage> images, Target target, Publication publication)
      throws IOException {
    requireOneForEach(target, images.size());
    for (StoredImage image : images) {
      requireMayLeave(image.name() + " is", image.upstream(), target);
    }
    if (images.isEmpty()) {
      return List.of();
    }
    access.progress().step(Stage.PUBLISH, target.toString());
    return target.deliver(images, publication, access);
  }

  private static void requireOneForEach(Target target, int images) {
    if (images > 1 && target.takesOneImage()) {
      throw new UsageException(
          target
              + " is one repository for "
              + images
              + " images. End it with / to have each image's name added.");
    }
  }

  private static void requireMayLeave(
      String subject, Optional<UpstreamKind> upstream, Target target) {
    if (target.leavesThisMachine()) {
      upstream.ifPresent(kind -> kind.requireMayLeave(subject, target.toString()));
    }
  }
}
