package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A receiver of images, named in the notation of skopeo. Each kind of target is a class, which
 * checks images and delivers them; {@link #of} knows all kinds. Programs deliver through {@link
 * ImagePublisher}.
 */
@Api
public interface Target {

  /** The notations of all kinds, for a user. */
  String NOTATIONS =
      RegistryTarget.NOTATION
          + ", "
          + OciLayoutTarget.NOTATION
          + ", "
          + OciArchiveTarget.NOTATION
          + ", "
          + DockerArchiveTarget.NOTATION
          + ", "
          + EngineTarget.NOTATION;

  /**
   * Parses {@code oci:DIRECTORY}, {@code oci-archive:FILE}, {@code docker-archive:FILE}, {@code
   * docker-daemon:[NAME[:TAG]]}, {@code [docker://]HOST/NAMESPACE/} or {@code
   * [docker://]REFERENCE}.
   *
   * @throws UsageException if the text is none of these, or could be meant as a directory's name
   */
  static Target of(String text) {
    Map<Transport, Function<String, Target>> kinds =
        Map.of(
            Transport.OCI_LAYOUT, OciLayoutTarget::of,
            Transport.OCI_ARCHIVE, OciArchiveTarget::of,
            Transport.DOCKER_ARCHIVE, DockerArchiveTarget::of,
            Transport.ENGINE, EngineTarget::of,
            Transport.REGISTRY, RegistryTarget::of);
    if (text.matches("(oci|oci-archive|docker-archive):")) {
      throw new UsageException(
          "\""
              + text
              + "\" names no place. Write "
              + text
              + (text.equals("oci:") ? "DIRECTORY, such as oci:images." : "FILE."));
    }
    if (text.matches("(dir|containers-storage):.*")) {
      throw new UsageException(
          "\""
              + text
              + "\" is not a target of this program. Build to oci:DIRECTORY, then copy from there"
              + " with skopeo.");
    }
    for (Map.Entry<Transport, Function<String, Target>> kind : kinds.entrySet()) {
      String prefix = kind.getKey().prefix();
      if (text.startsWith(prefix)) {
        return kind.getValue().apply(text.substring(prefix.length()));
      }
    }
    // "images" would be docker.io/library/images, and is hardly meant to publish on Docker Hub.
    if (!text.matches("(localhost|[^/]*[.:][^/]*)/.*")) {
      throw new UsageException(
          "\""
              + text
              + "\" names no registry. Write oci:"
              + text
              + " for a directory, or docker.io/"
              + text
              + " for Docker Hub.");
    }
    return RegistryTarget.of(text);
  }

  /** Returns whether other machines can read delivered images. */
  boolean leavesThisMachine();

  /** Returns whether the target is one name, so that a second image would replace the first one. */
  default boolean takesOneImage() {
    return false;
  }

  /** Returns the target's registry with its port; empty if the target is not in a registry. */
  default Optional<String> registry() {
    return Optional.empty();
  }

  /** Returns the directory or file on this machine that receives images; empty for others. */
  default Optional<Path> path() {
    return Optional.empty();
  }

  /** Returns the same target with its relative path, if it has one, in another directory. */
  default Target in(Path directory) {
    return this;
  }

  /**
   * Returns whether finished images may be sent there without being built, as {@code publish} does.
   */
  boolean takesFinishedImages();

  /**
   * Returns shell commands that a user may try with an image after its delivery.
   *
   * @param delivery the place of the image, with the path that the user sees
   * @param program the command that starts this program
   */
  List<String> next(Delivery delivery, String program);

  /**
   * Checks before images are made that they can be delivered.
   *
   * @throws ai.opencode.sandbox.failure.SandboxException if they cannot be, with the reason
   */
  void requireReachable(PlannedImages planned, TargetAccess access) throws IOException;

  /**
   * Delivers images.
   *
   * @param images the images, which {@link ImagePublisher} has checked against the target
   * @return the deliveries in the order of the images
   */
  List<Delivery> deliver(List<StoredImage> images, Publication publication, TargetAccess access)
      throws IOException;
}
