package ai.opencode.sandbox;

import ai.opencode.sandbox.build.Builds;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.image.BuiltImage;
import ai.opencode.sandbox.publish.Delivery;
import ai.opencode.sandbox.publish.Publication;
import ai.opencode.sandbox.publish.Target;
import ai.opencode.sandbox.records.CacheSource;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The sending of the images of one build to its targets, and to places for later builds. After a
 * failure it goes on with the targets that are left.
 */
final class Sending {

  private final Deque<Target> left;
  private final Publication publication;
  private final List<CacheSource> later;
  private final Sender sender;
  private final List<Delivery> deliveries = new ArrayList<>();

  /** The copying of images to one target. */
  @FunctionalInterface
  interface Sender {
    List<Delivery> send(
        Cache cache, List<BuiltImage> images, Target target, Publication publication)
        throws IOException;
  }

  /**
   * Creates a sending.
   *
   * @param later the places for later builds, whose tags are replaced even if they name newer
   *     versions
   */
  Sending(List<Target> targets, Publication publication, List<CacheSource> later, Sender sender) {
    this.left = new ArrayDeque<>(targets);
    this.publication = publication;
    this.later = List.copyOf(later);
    this.sender = sender;
  }

  void send(Cache cache, List<BuiltImage> images) throws IOException {
    List<BuiltImage> once = images.stream().distinct().toList();
    while (!left.isEmpty()) {
      deliveries.addAll(sender.send(cache, once, left.element(), publication));
      left.remove();
    }
    for (CacheSource place : later) {
      Publication moved =
          Publication.standard().withNames(List.of(place.tag())).withOverwriting(true);
      sender.send(cache, once, Target.of(place.target()), moved);
    }
  }

  /** Returns the deliveries to targets so far. */
  List<Delivery> deliveries() {
    return List.copyOf(deliveries);
  }

  /**
   * Returns the former images for a build: those that are named, and those of its targets. Blobs
   * may stay in registries if all targets are registries.
   */
  static Builds.Former former(List<CacheSource> named, List<Target> targets) {
    List<CacheSource> sources = new ArrayList<>(named);
    for (Target target : targets) {
      if (target.registry().isPresent()) {
        sources.add(new CacheSource(target.toString()));
      }
    }
    return new Builds.Former(
        sources.stream().distinct().toList(),
        targets.stream().allMatch(each -> each.registry().isPresent()));
  }
}
