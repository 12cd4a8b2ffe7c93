package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.attest.Project;
import ai.opencode.sandbox.attest.Provenance;
import ai.opencode.sandbox.attest.sbom.ApkSoftware;
import ai.opencode.sandbox.attest.sbom.BillSubject;
import ai.opencode.sandbox.attest.sbom.NpmSoftware;
import ai.opencode.sandbox.attest.sbom.Sbom;
import ai.opencode.sandbox.attest.sbom.SoftwareBill;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.ImageBill;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The check that the SBOM of an image is the one that this program makes of the image: Alpine and
 * npm packages and modules of Go programs, with licences, layers, files and relations. The hashes
 * of inputs, which the image does not hold, must be those of the provenance.
 */
final class SbomCheck implements Check {

  static final String ID = "sbom";

  private static final String TOOL = "Tool: opencode-sandbox";

  /**
   * Returns whether this program wrote a document, so that it names software as this check does.
   */
  static boolean isOwn(JsonNode document) {
    return !program(document).isEmpty();
  }

  /** Returns the name and version of this program in a document; empty if another one made it. */
  static String program(JsonNode document) {
    for (JsonNode creator : document.at("/creationInfo/creators")) {
      if (creator.asText().startsWith(TOOL)) {
        return creator.asText().substring("Tool: ".length());
      }
    }
    return "";
  }

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        ID, "the SBOM names the software of the image as this program does, and no other");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    JsonNode stated = image.attestations().sbom();
    if (stated == null) {
      return;
    }
    try {
      SoftwareBill shown = ImageBill.of(image.root(), image.database(), subject(image));
      SoftwareBill bill = SpdxInputs.of(stated).addedTo(shown, AmbiguousLayers.of(image, shown));
      JsonNode actual = Json.parse(sbom(program(stated)).spdx(bill), "the software of the image");
      new SbomComparison(stated, actual, flaws).run();
      inputs(bill, image, flaws);
    } catch (VerificationException e) {
      flaws.add(ID, "packages", String.valueOf(e.getMessage()));
    }
  }

  /** Returns the documents of a version of this program; of this version if the name is none. */
  private static Sbom sbom(String program) {
    try {
      return new Sbom(program);
    } catch (IllegalArgumentException e) {
      return Sbom.ofProgram(Project.version());
    }
  }

  static BillSubject subject(Examined image) {
    Map<String, String> labels = image.config().labels();
    return new BillSubject(
        labels.getOrDefault(Annotations.TITLE, "image"),
        labels.getOrDefault(Annotations.VERSION, ""),
        image.platform(),
        Optional.of(image.image().digest()),
        image.config().created(),
        Optional.empty());
  }

  /** Compares the hashes of inputs with those in the provenance. */
  private static void inputs(SoftwareBill bill, Examined image, Flaws flaws) {
    Provenance provenance = image.attestations().provenance();
    if (provenance == null) {
      return;
    }
    Map<String, String> stated = new TreeMap<>();
    for (ApkSoftware each : bill.apk()) {
      each.dataHash()
          .ifPresent(hash -> stated.put(each.facts().label() + ".apk", "sha256:" + hash.hex()));
    }
    for (NpmSoftware each : bill.npm()) {
      each.facts()
          .integrity()
          .ifPresent(
              hash -> stated.put(each.facts().path(), hash.algorithm().label() + ":" + hash.hex()));
    }
    for (Provenance.Dependency each : provenance.dependencies()) {
      if (ProvenanceCheck.isPackage(each)) {
        String name = each.annotations().getOrDefault(Provenance.PATH, each.name());
        String hash = each.algorithm() + ":" + each.digest();
        String said = stated.remove(name);
        if (!hash.equals(said)) {
          flaws.add(
              ID,
              name,
              "its hash is "
                  + (said == null ? "missing" : said)
                  + " in the SBOM, and "
                  + hash
                  + " in the provenance");
        }
      }
    }
    stated.forEach(
        (name, hash) ->
            flaws.add(
                ID, name, "its hash is " + hash + " in the SBOM, and none in the provenance"));
  }
}
