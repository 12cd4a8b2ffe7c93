package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageHead;
import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.attest.ApkOrigin.Stored;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.Flaws;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * The check that the proof of origin is about this image: it has each package with the build in
 * apk's database and a layer that has the package's files. Whether the packages' signatures can be
 * trusted is another question, which {@link OriginTrust} answers.
 */
final class OriginCheck implements Check {

  static final String ID = "origin";

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
    once(origin, flaws);
    OriginLayers base = OriginLayers.of(origin.base(), image, flaws);
    OriginFiles files = new OriginFiles(image, base);
    for (ApkOrigin.Proof each : origin.packages()) {
      InstalledPackage pkg = installed.get(each.label());
      if (pkg != null) {
        same("name", each.name(), pkg.pkg().name(), each, flaws);
        same("architecture", each.architecture(), pkg.pkg().architecture(), each, flaws);
        if (each.stored() == Stored.BASE) {
          alone(each, flaws);
        } else {
          head(each, pkg.pkg(), flaws);
        }
        files.check(each, pkg, flaws);
      }
    }
    new OriginKeys(image, base).check(origin, flaws);
  }

  private static void once(ApkOrigin origin, Flaws flaws) {
    Set<String> seen = new HashSet<>();
    for (ApkOrigin.Proof each : origin.packages()) {
      if (!seen.add(each.label())) {
        flaws.add(ID, each.label(), "the proof of origin names it twice");
      }
    }
  }

  /** Reports what nothing compares: the base image's digest alone proves its packages. */
  private static void alone(ApkOrigin.Proof each, Flaws flaws) {
    if (each.head().length > 0 || each.layer().isPresent()) {
      flaws.add(
          ID,
          each.label(),
          "the proof of origin calls it a package of the base image, and has a head or a layer for"
              + " it");
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

  /** Compares what the database says about a package with the words that its packager signed. */
  private static void facts(ApkOrigin.Proof each, ApkPackage pkg, PackageHead head, Flaws flaws) {
    ApkPackage signed;
    try {
      signed = head.control().info().toPackage(pkg.checksum(), 0, each.architecture());
    } catch (VerificationException e) {
      flaws.add(ID, each.label(), String.valueOf(e.getMessage()));
      return;
    }
    same("origin", signed.origin(), pkg.origin(), each, flaws);
    same("licence", signed.licence(), pkg.licence(), each, flaws);
  }

  private static void same(
      String what, String signed, String listed, ApkOrigin.Proof each, Flaws flaws) {
    if (!signed.equals(listed)) {
      flaws.add(
          ID,
          each.label(),
          "its "
              + what
              + " is \""
              + signed
              + "\" in the proof of origin, and \""
              + listed
              + "\" in apk's database");
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
    facts(each, pkg, head.get(), flaws);
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
}
