package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.attest.ApkOrigin.Stored;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.Layer;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files that apk's database lists for packages, and the layers that the proof of origin names
 * for them. The database is not signed: a file counts as a package's only if the layer that is its
 * signed data has it, or for a package of the base image one of the base's layers.
 *
 * @param base the base image's layers and packages
 */
record OriginFiles(Examined image, OriginLayers base) {

  private static final String ID = OriginCheck.ID;

  /** The directory below which apk itself never replaces a changed file. */
  private static final String SETTINGS = "etc/";

  private static @Nullable Layer layer(String digest, Examined image) {
    return NamedPackages.layer(digest, image);
  }

  /** Reports files of a package that are not where the proof says. */
  void check(ApkOrigin.Proof proof, InstalledPackage pkg, Flaws flaws) {
    List<RootEntry> files = files(pkg);
    Optional<Layer> signed = signed(proof);
    if (proof.stored() == Stored.BASE) {
      base.require(proof, pkg, flaws);
      ofBase(proof, files, flaws);
    } else if (proof.layer().isEmpty()) {
      if (!files.isEmpty()) {
        flaws.add(ID, proof.label(), "the proof of origin names no layer for its files");
      }
    } else {
      Layer layer = layer(proof.layer().get().toString(), image);
      if (layer == null) {
        flaws.add(ID, proof.label(), "the image has no layer " + proof.layer().get());
      } else if (proof.stored() == Stored.REWRITTEN
          && files.stream().allMatch(each -> isSetting(each) || each.layer() != layer.number())
          && files.stream().anyMatch(each -> !isSetting(each))) {
        flaws.add(ID, proof.label(), "none of its files is in " + layer.label());
      }
    }
    if (signed.isPresent()) {
      if (proof.stored() != Stored.VERBATIM) {
        flaws.add(
            ID,
            proof.label(),
            "the proof of origin calls it "
                + proof.stored()
                + ", and "
                + signed.get().label()
                + " is its signed data");
      }
      compare(proof, signed.get(), files, flaws);
    }
  }

  /** Returns the layer that is the data segment of a package, whatever the proof calls it. */
  private Optional<Layer> signed(ApkOrigin.Proof proof) {
    return OriginCheck.head(proof)
        .map(PackageHead::control)
        .flatMap(each -> each.info().dataHash())
        .flatMap(each -> Optional.ofNullable(layer("sha256:" + each, image)));
  }

  private static void compare(
      ApkOrigin.Proof proof, Layer layer, List<RootEntry> files, Flaws flaws) {
    List<RootEntry> elsewhere =
        files.stream().filter(each -> each.layer() != layer.number()).toList();
    if (elsewhere.isEmpty()) {
      return;
    }
    Map<String, String> signed = SignedFiles.checksums(layer, elsewhere);
    for (RootEntry each : elsewhere) {
      String expected = signed.get(each.path());
      if (expected == null) {
        flaws.add(
            ID,
            "/" + each.path(),
            "apk's database lists it for "
                + proof.label()
                + ", whose signed data has no such file");
      } else if (!expected.equals(each.sha1()) && !isSetting(each)) {
        flaws.add(
            ID,
            "/" + each.path(),
            "layer " + each.layer() + " replaces the signed file of " + proof.label());
      }
    }
  }

  private void ofBase(ApkOrigin.Proof proof, List<RootEntry> files, Flaws flaws) {
    List<RootEntry> above =
        files.stream().filter(each -> each.layer() > base.layers().size()).toList();
    if (above.isEmpty()) {
      return;
    }
    Map<String, String> below = new HashMap<>();
    base.layers().forEach(each -> below.putAll(SignedFiles.checksums(each, above)));
    for (RootEntry each : above) {
      String expected = below.get(each.path());
      if (expected == null || !(expected.equals(each.sha1()) || isSetting(each))) {
        flaws.add(
            ID,
            "/" + each.path(),
            "layer "
                + each.layer()
                + " has it, and the proof of origin calls "
                + proof.label()
                + " a package of the base image, which has "
                + (expected == null ? "no such file" : "another file there"));
      }
    }
  }

  private static boolean isSetting(RootEntry file) {
    return file.path().startsWith(SETTINGS);
  }

  private List<RootEntry> files(InstalledPackage pkg) {
    List<RootEntry> files = new ArrayList<>();
    for (InstalledPackage.Directory directory : pkg.directories()) {
      String parent = directory.path().isEmpty() ? "" : directory.path() + "/";
      for (InstalledPackage.File file : directory.files()) {
        image.root().at(parent + file.name()).filter(RootEntry::isFile).ifPresent(files::add);
      }
    }
    return files;
  }
}
