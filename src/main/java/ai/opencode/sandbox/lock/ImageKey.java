package ai.opencode.sandbox.lock;

import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.stability.Api;
import java.util.Comparator;

/**
 * The identity of an image in a lock.
 *
 * @param name the name of the image's definition
 */
@Api
public record ImageKey(String name, Platform platform) implements Comparable<ImageKey> {

  private static final Comparator<ImageKey> ORDER =
      Comparator.comparing(ImageKey::name).thenComparing(key -> key.platform.toString());

  @Override
  public int compareTo(ImageKey other) {
    return ORDER.compare(this, other);
  }

  /** Returns {@code opencode-sandbox-base for linux/amd64}. */
  @Override
  public String toString() {
    return name + " for " + platform;
  }
}
