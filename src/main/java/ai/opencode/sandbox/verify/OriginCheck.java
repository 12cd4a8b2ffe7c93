package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.attest.ApkOrigin.Stored;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.Layer;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * The check that the proof of origin is about this image: it has each package with the build in
 * apk's database and a layer that has the package's files. Whether the packages' signatures can be
 * trusted is another question, which {@link OriginTrust} answers.
 */
final class OriginCheck implements Check {

  private static final String ID = "origin";

  /** The directory below which apk itself never replaces a changed file. */
  private static final String SETTINGS = "etc/";

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        ID, "the proof of origin has the packages of the image, each with the layer of its files");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    ApkOrigin origin = image.attestations().origin();
    if (origin == null) {
      return;
    }
    new NamedPackages(
            ID,
            "the proof of origin",
            origin.packages().stream().map(ApkOrigin.Proof::label).collect(Collectors.toSet()))
        .compare(image, flaws);
    Map<String, InstalledPackage> installed = new HashMap<>();
    image.packages().forEach(each -> installed.put(each.pkg().label(), each));
    for (ApkOrigin.Proof each : origin.packages()) {
      InstalledPackage pkg = installed.get(each.label());
      if (pkg != null && each.stored() != Stored.BASE) {
        head(each, pkg.pkg(), flaws);
        layer(each, pkg, image, flaws);
      }
    }
  }

  /** Returns the head of a package, if it is well-formed. */
  static Optional<PackageHead> head(ApkOrigin.Proof each) {
    try {
      return Optional.of(PackageHead.parse(each.head(), each.label()));
    } catch (VerificationException | IOException e) {
      return Optional.empty();
    }
  }

  private static void head(ApkOrigin.Proof each, ApkPackage pkg, Flaws flaws) {
    Optional<PackageHead> head = head(each);
    if (head.isEmpty()) {
      flaws.add(ID, each.label(), "its head is not the beginning of a package");
      return;
    }
    String control = Checksum.ofControlSegment(head.get().control().compressed()).hex();
    if (!control.equals(NamedPackages.checksum(pkg))) {
      flaws.add(ID, each.label(), "its head is that of another build than the database has");
    }
    if (!head.get().control().info().label().equals(each.label())) {
      flaws.add(ID, each.label(), "its head is that of " + head.get().control().info().label());
    }
    if (each.stored() == Stored.VERBATIM) {
      String data = head.get().control().info().dataHash().orElse("");
      if (!each.layer().filter(layer -> layer.hex().equals(data)).isPresent()) {
        flaws.add(
            ID,
            each.label(),
            "it is not stored verbatim: the layer differs from its data segment sha256:" + data);
      }
    }
  }

  private static void layer(
      ApkOrigin.Proof each, InstalledPackage pkg, Examined image, Flaws flaws) {
    if (each.layer().isEmpty()) {
      return;
    }
    Layer layer = NamedPackages.layer(each.layer().get().toString(), image);
    if (layer == null) {
      flaws.add(ID, each.label(), "the image has no layer " + each.layer().get());
      return;
    }
    List<RootEntry> files = files(pkg, image);
    List<RootEntry> elsewhere =
        files.stream().filter(file -> file.layer() != layer.number()).toList();
    if (each.stored() != Stored.VERBATIM && !files.isEmpty() && elsewhere.equals(files)) {
      flaws.add(ID, each.label(), "none of its files is in " + layer.label());
    } else if (each.stored() == Stored.VERBATIM && !elsewhere.isEmpty()) {
      SignedFiles.replaced(layer, elsewhere)
          .forEach(
              file ->
                  flaws.add(
                      ID,
                      "/" + file.path(),
                      "layer " + file.layer() + " replaces the signed file of " + each.label()));
    }
  }

  /**
   * Returns a package's files in the image, except settings: the image may have others of these.
   */
  private static List<RootEntry> files(InstalledPackage pkg, Examined image) {
    List<RootEntry> files = new ArrayList<>();
    for (InstalledPackage.Directory directory : pkg.directories()) {
      String parent = directory.path().isEmpty() ? "" : directory.path() + "/";
      for (InstalledPackage.File file : directory.files()) {
        if (!parent.startsWith(SETTINGS)) {
          image.root().at(parent + file.name()).filter(RootEntry::isFile).ifPresent(files::add);
        }
      }
    }
    return files;
  }
}
