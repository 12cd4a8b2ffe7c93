package ai.opencode.sandbox.publish;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;

/**
 * The kind of a place of images, by the name that skopeo gives it. Targets of other programs may
 * have kinds of their own.
 */
@Api
public record Transport(String name) {

  public static final Transport REGISTRY = new Transport("docker");
  public static final Transport OCI_LAYOUT = new Transport("oci");
  public static final Transport OCI_ARCHIVE = new Transport("oci-archive");
  public static final Transport DOCKER_ARCHIVE = new Transport("docker-archive");
  public static final Transport ENGINE = new Transport("docker-daemon");

  /**
   * Creates a kind of place.
   *
   * @throws UsageException if the name has other characters than small letters and hyphens
   */
  public Transport {
    if (!name.matches("[a-z][a-z-]*")) {
      throw new UsageException(
          "\"" + name + "\" is not a kind of place. Use small letters and hyphens.");
    }
  }

  /** Returns the text in front of a place of this kind, such as {@code oci:}. */
  String prefix() {
    return name + (equals(REGISTRY) ? "://" : ":");
  }

  @Override
  public String toString() {
    return name;
  }
}
