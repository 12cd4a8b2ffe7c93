package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.Layer;
import ai.opencode.sandbox.oci.Descriptor;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The Alpine packages that a statement names.
 *
 * @param id the id of findings about the statement
 * @param statement the statement in messages
 * @param labels the packages as {@code <name>-<version>}
 */
record NamedPackages(String id, String statement, Set<String> labels) {

  NamedPackages {
    labels = Set.copyOf(labels);
  }

  /** Reports packages that are only in the image's database, or only in the statement. */
  void compare(Examined image, Flaws flaws) {
    if (image.database() == null) {
      return;
    }
    Set<String> missing = new TreeSet<>(labels);
    for (InstalledPackage each : image.packages()) {
      String label = each.pkg().label();
      if (!labels.contains(label)) {
        flaws.add(id, label, statement + " does not name this package of the image");
      }
      missing.remove(label);
    }
    missing.forEach(
        label -> flaws.add(id, label, statement + " names it, and the image does not have it"));
  }

  /** Returns the checksum of a package's control segment in hex; empty if it has none. */
  static String checksum(ApkPackage pkg) {
    try {
      return pkg.checksum().hex();
    } catch (VerificationException e) {
      return ""; // DatabaseRecordsCheck reports a package without checksum.
    }
  }

  /** Returns the layer of an image with a digest; null if it has none. */
  static @Nullable Layer layer(String digest, Examined image) {
    for (Layer layer : image.image().layers()) {
      Descriptor descriptor = layer.descriptor();
      if (descriptor != null && descriptor.digest().toString().equals(digest)) {
        return layer;
      }
    }
    return null;
  }
}
