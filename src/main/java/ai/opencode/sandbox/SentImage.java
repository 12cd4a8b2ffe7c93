package ai.opencode.sandbox;

import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.publish.Delivery;
import ai.opencode.sandbox.stability.Api;
import java.util.List;

/**
 * An image that was made and sent.
 *
 * @param deliveries the deliveries of this image, one for each target, in the order of targets
 */
@Api
public record SentImage(BuiltImage image, List<Delivery> deliveries) {

  public SentImage {
    deliveries = List.copyOf(deliveries);
    for (Delivery each : deliveries) {
      if (!each.image().equals(image.name())) {
        throw new IllegalArgumentException(each.place() + " is no delivery of " + image.name());
      }
    }
  }

  /** Joins an image and its deliveries among those of several images. */
  static SentImage of(BuiltImage image, List<Delivery> all) {
    return new SentImage(
        image, all.stream().filter(each -> each.image().equals(image.name())).toList());
  }
}
