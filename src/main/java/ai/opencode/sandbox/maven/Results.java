package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.publish.Delivery;
import java.util.List;
import java.util.Properties;

/** The properties that later goals of a build may use. */
record Results(Properties properties) {

  private static final String PREFIX = "opencode.sandbox.";

  /**
   * Sets {@code opencode.sandbox.NAME.digest} and {@code opencode.sandbox.NAME.reference}, the
   * place in the last target with the digest, for each image.
   */
  void set(List<Delivery> deliveries) {
    for (Delivery each : deliveries) {
      String name = PREFIX + each.image() + ".";
      properties.setProperty(name + "digest", each.digest().toString());
      properties.setProperty(name + "reference", each.place() + "@" + each.digest());
    }
  }
}
