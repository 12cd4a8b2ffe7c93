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
 * @param image its name, whatever it is called there
 * @param place with the first of its tags
 * @param digest of what the target received: the index, or the manifest where it takes images for
 *     one platform
 * @param tags that name it there, the most exact first; empty where the target has none
 * @param staying tags that were left alone, because they name a newer release, and its version
 * @param transfer what went over the network; empty where nothing does
 */
@Api
public record Delivery(
    String image,
    Place place,
    Digest digest,
    List<String> tags,
    Map<String, String> staying,
    Optional<Transfer> transfer) {

  /**
   * What a registry was sent, manifests left out.
   *
   * @param mountedBlobs that it took from another of its repositories
   * @param presentBlobs that it had already
   */
  public record Transfer(
      int uploadedBlobs, long uploadedBytes, int mountedBlobs, int presentBlobs) {}

  public Delivery {
    tags = List.copyOf(tags);
    staying = Collections.unmodifiableMap(new TreeMap<>(staying));
  }

  public Delivery withPlace(Place newPlace) {
    return new Delivery(image, newPlace, digest, tags, staying, transfer);
  }

  /** A delivery on this machine. */
  static Delivery local(String image, Place place, Digest digest, List<String> tags) {
    return new Delivery(image, place, digest, tags, Map.of(), Optional.empty());
  }
}
