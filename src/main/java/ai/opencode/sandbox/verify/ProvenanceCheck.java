package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.attest.ApkOrigin;
import ai.opencode.sandbox.attest.Provenance;
import ai.opencode.sandbox.attest.Provenance.Dependency;
import ai.opencode.sandbox.inspect.content.Flaws;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/** The check that the provenance of an image names its packages and layers, and no others. */
final class ProvenanceCheck implements Check {

  private static final String ID = "provenance";
  private static final String APK = ".apk";

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        ID, "the provenance names the packages, layers, platform and version of the image");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    Provenance provenance = image.attestations().provenance();
    if (provenance == null) {
      return;
    }
    same("platform", provenance.platform(), image.platform().toString(), flaws);
    String version = image.config().labels().get("org.opencontainers.image.version");
    same("version", provenance.version(), String.valueOf(version), flaws);
    Set<String> named = new HashSet<>();
    for (Dependency each : provenance.dependencies()) {
      if (each.name().equals(Provenance.BASE)) {
        String packages = each.annotations().getOrDefault(Provenance.PACKAGES, "");
        named.addAll(packages.isEmpty() ? List.of() : List.of(packages.split(" ", -1)));
      } else if (each.name().endsWith(APK)) {
        named.add(apk(each, image, flaws));
      } else if (each.annotations().containsKey(Provenance.PATH)) {
        npm(each, image, flaws);
      }
    }
    new NamedPackages(ID, "the provenance", named).compare(image, flaws);
  }

  private static void same(String what, String stated, String actual, Flaws flaws) {
    if (!stated.equals(actual)) {
      flaws.add(ID, what, "the provenance says " + stated + ", the image says " + actual);
    }
  }

  /** Checks one package, and returns its label. */
  private static String apk(Dependency each, Examined image, Flaws flaws) {
    String label = each.name().substring(0, each.name().length() - APK.length());
    String control = each.annotations().getOrDefault(Provenance.CONTROL, "");
    for (InstalledPackage installed : image.packages()) {
      ApkPackage pkg = installed.pkg();
      if (pkg.label().equals(label) && !control.equals("sha1:" + NamedPackages.checksum(pkg))) {
        flaws.add(ID, label, "the provenance names another build of it, " + control);
      }
    }
    String layer = each.annotations().get(Provenance.LAYER);
    if (layer != null && NamedPackages.layer(layer, image) == null) {
      flaws.add(ID, label, "the image has no layer " + layer);
    }
    if (ApkOrigin.Stored.VERBATIM.toString().equals(each.annotations().get(Provenance.STORED))
        && !("sha256:" + each.digest()).equals(layer)) {
      flaws.add(ID, label, "the layer " + layer + " is not its data segment " + each.digest());
    }
    return label;
  }

  private static void npm(Dependency each, Examined image, Flaws flaws) {
    String layer = each.annotations().get(Provenance.LAYER);
    if (layer != null && NamedPackages.layer(layer, image) == null) {
      flaws.add(ID, each.name(), "the image has no layer " + layer);
    }
    String path = each.annotations().getOrDefault(Provenance.PATH, "");
    if (image.root().at(path + "/package.json").isEmpty()) {
      flaws.add(ID, each.name(), "the image has no /" + path + "/package.json");
    }
  }
}
