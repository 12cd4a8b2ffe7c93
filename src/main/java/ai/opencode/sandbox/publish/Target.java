package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where images go, written as skopeo writes it. Each kind of target is a class of its own, which
 * says what may go there and brings it there; {@link #of} knows them all. {@link ImagePublisher} is
 * the way to them.
 */
@Api
public interface Target {

  /**
   * Parses {@code oci:FOLDER}, {@code oci-archive:FILE}, {@code docker-archive:FILE}, {@code
   * docker-daemon:[NAME[:TAG]]}, {@code [docker://]HOST/NAMESPACE/} or {@code
   * [docker://]REFERENCE}.
   *
   * @throws UsageException where it is none of these, or might be meant as the name of a folder
   */
  static Target of(String text) {
    Map<String, Function<String, Target>> kinds =
        Map.of(
            "oci:", OciLayoutTarget::of,
            "oci-archive:", OciArchiveTarget::of,
            "docker-archive:", DockerArchiveTarget::of,
            "docker-daemon:", EngineTarget::of,
            "docker://", RegistryTarget::of);
    if (text.matches("(oci|oci-archive|docker-archive):|(dir|containers-storage):.*")) {
      throw new UsageException(
          "\""
              + text
              + "\" is no target of this program; build to oci:FOLDER, then copy it there with skopeo");
    }
    for (Map.Entry<String, Function<String, Target>> kind : kinds.entrySet()) {
      if (text.startsWith(kind.getKey())) {
        return kind.getValue().apply(text.substring(kind.getKey().length()));
      }
    }
    // "images" would be docker.io/library/images: nobody who types that wants to publish.
    if (!text.matches("(localhost|[^/]*[.:][^/]*)/.*")) {
      throw new UsageException(
          "\""
              + text
              + "\" names no registry; write oci:"
              + text
              + " for a folder, or docker.io/"
              + text
              + " for Docker Hub");
    }
    return RegistryTarget.of(text);
  }

  /** Whether other machines can get what is delivered there. */
  boolean leavesThisMachine();

  /** Whether a second image would take the place of the first one. */
  default boolean takesOneImage() {
    return false;
  }

  /** The registry that it lies in, with its port; empty where it lies in none. */
  default Optional<String> registry() {
    return Optional.empty();
  }

  /**
   * Whether images that were finished before may be sent there without being built, as {@code
   * publish} does.
   */
  boolean takesFinishedImages();

  /**
   * The commands that a user may try with an image that was delivered there, as a shell takes them.
   *
   * @param delivery with its path as the user sees it
   * @param program the word that starts this program
   */
  List<String> next(Delivery delivery, String program);

  /**
   * Makes sure that images can be delivered there, before they are made.
   *
   * @throws ai.opencode.sandbox.failure.SandboxException where they cannot be, with the reason
   */
  void requireReachable(PlannedImages planned, TargetAccess access) throws IOException;

  /**
   * Brings images there.
   *
   * @param images of which {@link ImagePublisher} has made sure that they may go there
   * @return where each one is now, in the same order
   */
  List<Delivery> deliver(List<StoredImage> images, Publication publication, TargetAccess access)
      throws IOException;
}
