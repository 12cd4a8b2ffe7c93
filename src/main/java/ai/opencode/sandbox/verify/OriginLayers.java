package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.attest.OriginBase;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.DatabaseFile;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.Layer;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The layers of the base image that the proof of origin names, as far as the image starts with
 * them, and the builds of packages in their own database. Only these packages count as packages of
 * the base image, whatever the proof says.
 *
 * @param packages the packages, as {@code <name>-<version>} and the checksum of the control segment
 */
record OriginLayers(List<Layer> layers, Set<String> packages) {

  private static final String WHERE = "base";

  OriginLayers {
    layers = List.copyOf(layers);
    packages = Set.copyOf(packages);
  }

  /** Reads the base image, and reports what is not as the proof says. */
  static OriginLayers of(OriginBase base, Examined image, Flaws flaws) {
    try {
      List<Layer> layers = layers(base, image, flaws);
      return new OriginLayers(layers, packages(layers));
    } catch (VerificationException | IOException e) {
      flaws.add(OriginCheck.ID, WHERE, String.valueOf(e.getMessage()));
      return new OriginLayers(List.of(), Set.of());
    }
  }

  private static List<Layer> layers(OriginBase base, Examined image, Flaws flaws) {
    List<Digest> named = base.layers(image.platform());
    List<Layer> own = image.image().layers();
    List<Layer> same = new ArrayList<>();
    for (int i = 0; i < Math.min(named.size(), own.size()) && is(own.get(i), named.get(i)); i++) {
      same.add(own.get(i));
    }
    if (same.size() < named.size()) {
      flaws.add(
          OriginCheck.ID,
          WHERE,
          "layer "
              + (same.size() + 1)
              + " should be "
              + named.get(same.size())
              + ", the next of the base image "
              + base.root());
    }
    return same;
  }

  private static boolean is(Layer layer, Digest digest) {
    Descriptor descriptor = layer.descriptor();
    return descriptor != null && descriptor.digest().equals(digest);
  }

  /** Reads the database of the base image, which is in the highest layer that has one. */
  private static Set<String> packages(List<Layer> layers) throws IOException {
    Set<String> packages = new HashSet<>();
    for (int i = layers.size() - 1; i >= 0 && packages.isEmpty(); i--) {
      for (String place : DatabaseFile.PLACES) {
        Optional<InputStream> file = SignedFiles.content(layers.get(i), place);
        if (file.isPresent()) {
          InstalledDatabase.parse(file.get(), "/" + place + " of the base image")
              .packages()
              .forEach(pkg -> packages.add(key(pkg)));
        }
      }
    }
    return packages;
  }

  private static String key(InstalledPackage installed) {
    return installed.pkg().label() + " " + NamedPackages.checksum(installed.pkg());
  }

  /** Reports a package that the proof calls the base image's, if that has no such build. */
  void require(ApkOrigin.Proof proof, InstalledPackage installed, Flaws flaws) {
    if (!packages.contains(key(installed))) {
      flaws.add(
          OriginCheck.ID,
          proof.label(),
          "the proof of origin calls it a package of the base image, whose database does not have"
              + " this build of it");
    }
  }
}
