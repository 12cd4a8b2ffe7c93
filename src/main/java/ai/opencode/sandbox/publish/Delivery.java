package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.oci.Digest;
import ai.opencode.sandbox.stability.Api;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An image that a target has received.
 *
 * @param target the receiver
 * @param image the image's name in its definition
 * @param place the image's place in the target, with the first of its tags, or by its digest in a
 *     registry where it has none
 * @param digest the digest of the index, or of the manifest if the target takes images for one
 *     platform
 * @param tags the image's tags in the target, the most exact first; empty if the target has none
 * @param staying tags that were not moved because they name a newer release, with its version
 * @param transfer the use of the network; empty for a target on this machine
 */
@Api
public record Delivery(
    Target target,
    String image,
    Place place,
    Digest digest,
    List<String> tags,
    Map<String, String> staying,
    Optional<Transfer> transfer) {

  /**
   * The blobs of an image that was sent to a registry, without manifests.
   *
   * @param uploadedBlobs the number of blobs sent
   * @param uploadedBytes the size of the blobs sent, in bytes
   * @param mountedBlobs the number of blobs that the registry took from its other repositories
   * @param presentBlobs the number of blobs that the repository already had
   */
  public record Transfer(
      int uploadedBlobs, long uploadedBytes, int mountedBlobs, int presentBlobs) {}

  public Delivery {
    tags = List.copyOf(tags);
    staying = Collections.unmodifiableMap(new TreeMap<>(staying));
  }

  public Delivery withPlace(Place newPlace) {
    return new Delivery(target, image, newPlace, digest, tags, staying, transfer);
  }

  /** Returns a delivery on this machine. */
  static Delivery local(
      Target target, String image, Place place, Digest digest, List<String> tags) {
    return new Delivery(target, image, place, digest, tags, Map.of(), Optional.empty());
  }
}
