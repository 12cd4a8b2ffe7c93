package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.attest.Provenance;
import ai.opencode.sandbox.attest.Provenance.Dependency;
import ai.opencode.sandbox.attest.sbom.Sbom;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.oci.Annotations;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * The check that the provenance of an image names the image, its base image, and its packages with
 * their layers, and no others.
 */
final class ProvenanceCheck implements Check {

  static final String ID = "provenance";

  private static final String APK = ".apk";

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        ID, "the provenance names the image, its base, packages, layers, platform and version");
  }

  /** Returns whether an input is an Alpine or npm package. */
  static boolean isPackage(Dependency each) {
    return each.annotations().containsKey(Provenance.PATH) || isApk(each);
  }

  private static boolean isApk(Dependency each) {
    return each.name().endsWith(APK) && !each.annotations().containsKey(Provenance.PATH);
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    Provenance provenance = image.attestations().provenance();
    if (provenance == null) {
      return;
    }
    about(provenance, image, flaws);
    Map<String, Integer> seen = new HashMap<>(Map.of(Provenance.LOCK, 0, Provenance.BASE, 0));
    Set<String> named = new HashSet<>();
    ProvenancePackages packages = ProvenancePackages.of(image, flaws);
    for (Dependency each : provenance.dependencies()) {
      seen.merge(each.annotations().getOrDefault(Provenance.PATH, each.name()), 1, Integer::sum);
      InputForm.check(each, flaws);
      if (each.name().equals(Provenance.BASE)) {
        for (String label : ofBase(each)) {
          seen.merge(label + APK, 1, Integer::sum);
          named.add(label);
          packages.ofBase(label);
        }
        base(each, image, flaws);
      } else if (isApk(each)) {
        String label = each.name().substring(0, each.name().length() - APK.length());
        named.add(label);
        packages.apk(label, each);
      } else if (isPackage(each)) {
        packages.npm(each);
      } else if (!each.name().equals(Provenance.LOCK)) {
        flaws.add(ID, each.name(), "this program makes no image from an input of this kind");
      }
    }
    packages.locked(provenance.dependencies());
    seen.forEach(
        (name, count) -> {
          if (count != 1) {
            flaws.add(ID, name, "the provenance names it " + count + " times, and not once");
          }
        });
    new NamedPackages(ID, "the provenance", named).compare(image, flaws);
  }

  private static void about(Provenance provenance, Examined image, Flaws flaws) {
    same("platform", provenance.platform(), image.platform().toString(), flaws);
    Map<String, String> labels = image.config().labels();
    same("version", provenance.version(), String.valueOf(labels.get(Annotations.VERSION)), flaws);
    JsonNode sbom = image.attestations().sbom();
    if (sbom != null
        && !Sbom.ofProgram(provenance.tool()).program().equals(SbomCheck.program(sbom))) {
      flaws.add(
          ID,
          "tool",
          "the provenance is by the version "
              + provenance.tool()
              + " of this program, the SBOM by "
              + SbomCheck.program(sbom));
    }
    // A definition may set another title than its own name.
    DefinedImage defined = image.contract().definition();
    String title = String.valueOf(labels.get(Annotations.TITLE));
    if (!provenance.image().equals(image.image().name())
        && !(defined != null && provenance.image().equals(defined.name()))) {
      same("image", provenance.image(), title, flaws);
    }
  }

  private static void same(String what, String stated, String actual, Flaws flaws) {
    if (!stated.equals(actual)) {
      flaws.add(ID, what, "the provenance says " + stated + ", the image says " + actual);
    }
  }

  /** Returns the labels of a base image's packages. */
  private static List<String> ofBase(Dependency base) {
    String labels = base.annotations().getOrDefault(Provenance.PACKAGES, "");
    return labels.isEmpty() ? List.of() : List.of(labels.split(" ", -1));
  }

  /** Compares the base image with that of the proof of origin, which has its documents. */
  private static void base(Dependency base, Examined image, Flaws flaws) {
    ApkOrigin origin = image.attestations().origin();
    if (origin == null) {
      return;
    }
    String manifest = origin.base().manifestDigest().toString();
    if (!manifest.equals(base.algorithm() + ":" + base.digest())) {
      flaws.add(
          ID,
          Provenance.BASE,
          "it is "
              + base.algorithm()
              + ":"
              + base.digest()
              + " in the provenance, and "
              + manifest
              + " in the proof of origin");
    }
    String root = "@sha256%3A" + origin.base().root().hex() + "?arch=";
    if (!base.uri().isEmpty() && !base.uri().endsWith(root + image.platform().architecture())) {
      flaws.add(
          ID,
          Provenance.BASE,
          "its address " + base.uri() + " does not name " + origin.base().root());
    }
  }
}
